// What htmx leaves to us: that a lost line is said, that what was said is heard, and that a page's own questions keep nobody
// signed in. Nothing is kept in the browser: pages hold persons' data.
(function () {
  "use strict";
  // Who asked what is answered in #notice: a field that asks about itself takes away no fault of another.
  var asker = null, ASKS = "input,select,textarea,[data-add]";
  function notice() { return document.getElementById("notice"); }
  function forget(field) {
    document.querySelectorAll("#notice [data-about]").forEach(function (fault) {
      if (fault.dataset.about !== field.name && fault.dataset.about !== field.dataset.field) { return; }
      fault.remove();
      if (!document.querySelector("#notice li")) { notice().replaceChildren(); }
    });
  }
  function say(title, text) {
    var box = document.createElement("div"), head = document.createElement("h2"), line = document.createElement("p");
    box.className = "told bad"; head.textContent = title; line.textContent = text;
    box.append(head, line);
    notice().replaceChildren(box);
  }
  document.addEventListener("htmx:configRequest", function (event) {
    if (event.target.closest("[data-background]")) { event.detail.headers["X-Background"] = "1"; }
  });
  document.addEventListener("htmx:beforeRequest", function (event) {
    var elt = event.detail.elt;
    if (elt.closest("[data-background]")) { return; }
    if (elt.matches(ASKS) && elt !== asker) { forget(elt); } else { notice().replaceChildren(); }
  });
  ["htmx:sendError", "htmx:timeout"].forEach(function (lost) {
    document.addEventListener(lost, function (event) {
      if (event.target.closest && event.target.closest("[data-background]")) { return; }  // the page says it in its own place
      asker = event.detail.elt;
      say("网络中断，没有收到回音", "可能已经收到，也可能没有。填写的内容仍在本页，请稍后再试，或者先另开一页查看。");
    });
  });
  // A scanner ends with Enter: on to the next field, which has the number said, and nothing is sent half-filled.
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("[data-scan]")) { return; }
    event.preventDefault();
    var fields = Array.from(event.target.form.querySelectorAll("input:not([type=hidden]),select,textarea,button"));
    fields[fields.indexOf(event.target) + 1].focus();
  });
  // A part of a form that is not wanted after all; the next thing to press is where it was.
  document.addEventListener("click", function (event) {
    var drop = event.target.closest("[data-drop]");
    if (!drop) { return; }
    event.preventDefault();
    var part = drop.closest("[data-part]"), list = part.parentElement;
    part.querySelectorAll("[name]").forEach(forget);
    part.remove();
    var next = list.querySelector("[data-drop]") || list.parentElement.querySelector("[data-add]")
      || list.closest("form").querySelector("textarea,input:not([type=hidden])");
    next.focus();
  });
  // All of a group, or none of it where all are ticked already.
  document.addEventListener("click", function (event) {
    var all = event.target.closest("[data-all]");
    if (!all) { return; }
    var boxes = Array.from(document.getElementById(all.dataset.all).querySelectorAll("input[type=checkbox]"));
    var tick = boxes.some(function (one) { return !one.checked; });
    boxes.forEach(function (one) { one.checked = tick; });
  });
  document.addEventListener("htmx:afterSwap", function (event) {
    var told = event.detail.target && event.detail.target.id === "notice";
    // What a page asks for by itself takes nobody out of a field.
    if (told && !event.detail.requestConfig.elt.closest("[data-background]")) { asker = event.detail.requestConfig.elt; notice().focus(); }
  });
})();
