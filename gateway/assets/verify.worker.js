// 离线核验: where there is no network, the page that judges a code by itself stands at the address that was scanned.
"use strict";
var KEPT = "verify", PAGE = "/verify/offline", SCRIPTS = ["/verify.js", "/verify.offline.js"];

self.addEventListener("install", function (event) {
  event.waitUntil(caches.open(KEPT).then(function (kept) { return kept.addAll([PAGE].concat(SCRIPTS)); }).then(function () { return self.skipWaiting(); }));
});
self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });

// What was kept is fresh again each time that the network gave it; nothing that names a proof is kept.
function asked(request, name) {
  return fetch(request).then(function (answer) {
    if (!answer.ok || name === null) { return answer; }
    var copy = answer.clone();
    return caches.open(KEPT).then(function (kept) { return kept.put(name, copy); }).then(function () { return answer; });
  });
}
self.addEventListener("fetch", function (event) {
  var at = new URL(event.request.url), page = event.request.mode === "navigate" && event.request.method === "GET";
  var name = at.pathname === PAGE || SCRIPTS.includes(at.pathname) ? at.pathname : null;
  if (at.origin !== location.origin || !(page || name)) { return; }
  event.respondWith(asked(event.request, name).catch(function () { return caches.match(name || PAGE); }));
});
