"""清单重建 (article 5), nightly and on demand: what departments hand in becomes a draft that people decide about."""

from prefect import flow

from tasks.progress import with_progress
from tasks.rebuild import draft_the_list, lists_that_came, read_one_list
from tasks.states import NOWHERE


@flow(name="catalog-rebuild", retries=0, persist_result=False, result_storage=NOWHERE)
async def catalog_rebuild() -> None:
    """Read every list; lay them all on the published one. Doing it twice gives the same draft."""
    async for source in with_progress("catalog-progress", "清单重建进度", await lists_that_came()):
        await read_one_list(source)  # one that cannot be read never stops the others
    await draft_the_list()
