// 离线核验: the signed word behind the # of a proof's code, the saved list of revoked proofs and what is printed, without us.
// The word: 1 byte form, 2 list, 3 place, 4 end of validity, 16 digest, 64 signature (ES256); proofs/signed_code.py writes it.
(function () {
  "use strict";
  var KEPT = "verify", LISTS = "/status-lists", SKEW = 300, code = null;
  var page = document.getElementById("offline"), results = page.dataset.results.split(" ");
  function at(id) { return document.getElementById(id); }
  function local(seconds, exact) {
    var day = { timeZone: "Asia/Shanghai", year: "numeric", month: "long", day: "numeric" };
    if (exact) { day.hour = day.minute = "2-digit"; day.hour12 = false; }
    return new Intl.DateTimeFormat("zh-CN", day).format(new Date(seconds * 1000));
  }
  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (sign) { return sign.charCodeAt(0); });
  }
  function utf8(text) { return new TextEncoder().encode(text); }
  function keys(found) {
    return Promise.all(found.keys.map(function (key) {
      return crypto.subtle.importKey("jwk", { kty: key.kty, crv: key.crv, x: key.x, y: key.y }, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
    }));
  }
  function stands(found, signature, material) {
    return Promise.all(found.map(function (key) {
      return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, material);
    })).then(function (verdicts) { return verdicts.includes(true); });
  }

  // 资料: the keys and all lists, from us where there is a network, else as they were kept.
  function got(address) {
    return fetch(address, { cache: "no-cache" }).then(function (answer) {
      if (!answer.ok) { throw new Error(String(answer.status)); }
      return caches.open(KEPT).then(function (kept) { return kept.put(address, answer.clone()); }).then(function () { return answer; });
    }).catch(function () { return caches.match(address); });
  }
  function material() {
    return got(LISTS).then(function (answer) { return answer && answer.json(); }).then(function (said) {
      if (!said) { return null; }
      var lists = said.status_lists.map(function (_, number) { return got(LISTS + "/" + number).then(function (answer) { return answer && answer.text(); }); });
      return Promise.all([keys(said)].concat(lists)).then(function (found) { return { keys: found[0], lists: found.slice(1) }; });
    });
  }
  // One list as it stands: its claims, once its signature is ours. Null where it is not there or not ours.
  function list(known, number) {
    var parts = (known.lists[number] || "").trim().split(".");
    if (parts.length !== 3) { return Promise.resolve(null); }
    return stands(known.keys, bytes(parts[2]), utf8(parts[0] + "." + parts[1])).then(function (ours) {
      var said = ours ? JSON.parse(new TextDecoder().decode(bytes(parts[1]))) : null;
      return said && said.sub.endsWith(LISTS + "/" + number) ? said : null;
    });
  }
  function revoked(said, index) {
    var stream = new Blob([bytes(said.status_list.lst)]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).arrayBuffer().then(function (whole) {
      var packed = new Uint8Array(whole), bits = said.status_list.bits, each = 8 / bits;
      if (index >= packed.length * each) { throw new Error("place"); }
      return (packed[Math.floor(index / each)] >> (index % each) * bits & (1 << bits) - 1) !== 0;
    });
  }

  // The address in a code, as people scan or paste it. Null: none of ours, or one from before there were signed words.
  function parsed(text) {
    var found = /(?:^|\/)verify\/(HY[0-9A-Z]{16})\?c=([\w-]{1,100})#([\w-]{120})$/i.exec(text.trim());
    if (!found) { return null; }
    var whole = bytes(found[3]), view = new DataView(whole.buffer);
    return {
      number: found[1].toUpperCase(), secret: found[2], head: whole.slice(0, 26), signature: whole.slice(26), form: whole[0],
      list: view.getUint16(1), index: view.getUint8(3) << 16 | view.getUint16(4), until: view.getUint32(6), digest: whole.slice(10, 26)
    };
  }
  function say(kind, heading, sentence) {
    at("verdict").className = "verdict alone " + kind; at("verdict").hidden = false;
    at("verdict-heading").textContent = heading; at("verdict-sentence").textContent = sentence;
  }
  function judge(text) {
    code = parsed(text);
    at("compare").hidden = true; at("compared").textContent = "";
    if (!code || code.form !== 1) {
      say("unsure", "离线不能核验", "这不是本系统证明上可以离线核验的二维码。请核对是否扫全，或者联网后再扫。");
      return Promise.resolve();
    }
    return material().then(function (known) {
      if (!known) { say("unsure", "本机没有核验资料", "请先联网打开本页一次，资料会存在本机，一天内可以离线核验。"); return; }
      return stands(known.keys, code.signature, Uint8Array.from([].concat(Array.from(utf8("proofless code\0" + code.number + "\0")), Array.from(code.head))))
        .then(function (ours) {
          if (!ours) { say("bad", "不是本系统签发的", "二维码 " + code.number + " 的签名不对。请勿采用；如疑为伪造，可联网核验或拨打 12345。"); return; }
          return list(known, code.list).then(function (said) { return told(said); });
        });
    }).catch(function () { say("unsure", "没有核验成", "本机的资料或浏览器不支持离线核验。请联网核验。"); });
  }
  function told(said) {
    var now = Date.now() / 1000;
    if (!said || said.exp < now || said.iat > now + SKEW) {
      var why = !said ? "本机没有这份证明所在的撤销清单" : said.exp < now ? "本机的撤销清单是 " + local(said.iat, true) + " 的，已超过一天" : "本机的时钟早于撤销清单";
      say("unsure", "不能确认是否撤销", "编号 " + code.number + "：二维码由本系统签发，但" + why + "。请联网后重试。");
      return;
    }
    return revoked(said, code.index).then(function (ended) {
      var by = "（按 " + local(said.iat, true) + " 的撤销清单）。";
      if (ended) { say("bad", "已被撤销", "编号 " + code.number + " 的证明已被撤销" + by + "请勿采用。"); return; }
      if (code.until < now) { say("bad", "已过有效期", "编号 " + code.number + " 的证明有效期至 " + local(code.until) + "，已经过了。请重新办理核验。"); return; }
      say("good", "编号真实，没有撤销", "编号 " + code.number + " 的证明由本系统签发，没有撤销" + by + "有效期至 " + local(code.until) + "。请接着核对纸面。");
      at("compare").hidden = false; at("compare-kind").focus();
    });
  }
  function plain(text) { return text.normalize("NFKC").replace(/\s/gu, "").toUpperCase(); }
  function compare(event) {
    event.preventDefault();
    var typed = ["compare-kind", "compare-name", "compare-id"].map(function (id) { return plain(at(id).value); });
    crypto.subtle.importKey("raw", utf8(code.secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]).then(function (key) {
      return Promise.all(results.map(function (result) {
        var read = [code.number, typed[0], plain(result), typed[1], typed[2]].join("\x1f");
        return crypto.subtle.sign("HMAC", key, utf8(read)).then(function (made) { return new Uint8Array(made).slice(0, 16); });
      }));
    }).then(function (made) {
      var same = made.findIndex(function (one) { return one.every(function (part, place) { return part === code.digest[place]; }); });
      at("compared").textContent = same < 0
        ? "不相符：这个编号的证明不是这个名称、这个人的，或者有字填错。请对照纸面再填一次；仍不相符的，请勿采用，联网核验。"
        : "相符：是此人的“" + at("compare-kind").value.trim() + "”，核验结论为“" + results[same] + "”。纸面的结论须与此相同；其余内容离线核对不到，要紧的请联网核对。";
      at("compared").className = "compared " + (same < 0 ? "differs" : "same");
    });
  }
  // This page itself, kept for when a code is opened without a network.
  function worker() {
    return navigator.serviceWorker.register("/verify.worker.js", { scope: "/verify" }).then(function (found) {
      var coming = found.installing;
      return coming && new Promise(function (done, failed) {
        coming.addEventListener("statechange", function () {
          if (coming.state === "activated") { done(); }
          if (coming.state === "redundant") { failed(new Error("worker")); }
        });
      });
    });
  }
  function fresh() {
    at("kept").textContent = "正在更新核验资料……";
    return (navigator.onLine ? worker() : Promise.resolve()).then(material).then(function (known) { return known && known.lists.length ? list(known, known.lists.length - 1) : null; }).then(function (said) {
      at("kept").textContent = said
        ? "本机存有 " + local(said.iat, true) + " 的核验资料，" + (said.exp < Date.now() / 1000 ? "已超过一天，请联网打开本页更新。" : "可以离线核验到 " + local(said.exp, true) + "。")
        : "本机还没有核验资料。请联网打开本页。";
    }).catch(function () { at("kept").textContent = "本机不能保存核验资料。请联网核验。"; });
  }
  at("paste").addEventListener("submit", function (event) { event.preventDefault(); judge(at("paste-text").value); });
  at("compare").addEventListener("submit", compare);
  if (!window.crypto || !crypto.subtle || !window.caches || !window.DecompressionStream || !navigator.serviceWorker) {
    at("kept").textContent = "这个浏览器不能离线核验。请联网核验，或者换用较新的浏览器。"; return;
  }
  page.hidden = false;
  fresh().then(function () { if (location.hash) { judge(location.href); } });
})();
