# One image for every service of docker-compose.yml that is ours, and for Prefect: the same pinned version everywhere.
# Dependencies come from the hashed lock alone; the second stage has neither pip's cache nor anything to build with.
FROM python:3.11-slim-trixie AS dependencies
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.lock /tmp/requirements.lock
RUN /opt/venv/bin/pip install --no-deps --only-binary=:all: --require-hashes -r /tmp/requirements.lock

FROM python:3.11-slim-trixie
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUTF8=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=524288 MALLOC_TRIM_THRESHOLD_=524288 \
    DO_NOT_TRACK=1
COPY --from=dependencies /opt/venv /opt/venv
WORKDIR /app
COPY . .
# The file system is read-only later on, and without compiled files each start would compile everything again.
# The folders are made here so that a volume mounted on one begins with these rights, whoever RUN_AS is.
RUN python -m compileall -q /app && install -d -m 1777 /var/lib/proofless /var/lib/proofless/sandbox /backups
USER 1000:1000
ENTRYPOINT ["python", "-m", "runtime.services.container"]
