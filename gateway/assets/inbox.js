// Minutes that run by themselves, ten seconds in which an act can be taken back, faults beside their fields, and the lost line of
// the list. Nothing is kept in the browser.
(function () {
  "use strict";
  var ahead = 0;  // the server's clock less the browser's, in milliseconds
  function now() { return Date.now() + ahead; }
  function each(selector, act, inside) { (inside || document).querySelectorAll(selector).forEach(act); }
  function make(name, text, kind) {
    var made = document.createElement(name);
    made.textContent = text; if (kind) { made.className = kind; }
    return made;
  }
  function said(seconds) {
    var minutes = Math.floor(Math.abs(seconds) / 60), hours = Math.floor(minutes / 60), days = Math.floor(hours / 24);
    var long = days ? days + " 天 " + hours % 24 + " 小时" : hours ? hours + " 小时 " + minutes % 60 + " 分钟" : minutes + " 分钟";
    if (seconds >= 0 && seconds < 60) { return "剩余不到 1 分钟"; }
    return (seconds < 0 ? "已超时 " : "剩余 ") + long;
  }
  function tick() {
    each("time[data-left]", function (one) {
      var text = said((Date.parse(one.dateTime) - now()) / 1000);
      if (one.textContent !== text) { one.title = one.title || one.textContent; one.textContent = text; }
    });
  }
  function begin(inside) {
    var stamp = document.querySelector("[data-now]");
    if (stamp && !inside) { ahead = Date.parse(stamp.dataset.now) - Date.now(); }
    each("form[data-hold]", function (form) { form.noValidate = false; });
    only(); tick();
  }
  // Fields that one answer alone needs.
  function only() {
    each("fieldset[data-only]", function (part) {
      var chosen = part.form.querySelector("input[name=answer]:checked"), needed = Boolean(chosen) && chosen.value === part.dataset.only;
      each("input,textarea", function (field) { field.required = needed; }, part);
      part.hidden = Boolean(chosen) && !needed;
    });
  }
  document.addEventListener("change", only);

  // 撤回: what is to leave waits ten seconds, and leaves with the page where that is closed before.
  var held = null;
  function leave(issue) {
    var last = held;
    if (!last) { return; }
    clearInterval(last.clock); last.bar.remove(); last.form.inert = false; held = null;
    issue(last);
  }
  function hold(form, issue) {
    var seconds = Number(form.dataset.hold), bar = document.createElement("div"), text = make("p", ""), back = make("button", "撤回", "second");
    var send = make("button", "立即发出"), count = make("strong", "");
    bar.className = "held"; bar.setAttribute("role", "alertdialog"); bar.setAttribute("aria-label", form.dataset.said + "待发出");
    text.append(form.dataset.said + "将在 ", count, " 秒后发出。");
    back.type = send.type = "button"; back.accessKey = "z"; back.append(" Esc"); send.append(" Ctrl+Enter");
    back.addEventListener("click", function () { leave(function (last) { last.form.querySelector(".send").focus(); }); });
    send.addEventListener("click", function () { leave(function (last) { last.issue(); }); });
    bar.append(text, back, send);
    document.body.append(bar);
    form.inert = true;
    var until = Date.now() + seconds * 1000;
    function step() {
      var left = Math.ceil((until - Date.now()) / 1000);
      if (left <= 0) { leave(function (last) { last.issue(); }); } else { count.textContent = String(left); }
    }
    held = { form: form, issue: issue, bar: bar, clock: setInterval(step, 250) };
    step(); back.focus();
  }
  document.addEventListener("htmx:confirm", function (event) {
    var form = event.target, due = document.getElementById("due");
    if (!form.matches("form[data-hold]")) { return; }
    event.preventDefault();
    if (held) { return; }
    var file = document.getElementById("file"), chosen = Boolean(form.id === "answer" && file && file.files.length);
    show("file-waits", chosen);
    if (chosen) { document.getElementById("attach").focus(); return; }
    // A limit that would pass meanwhile is not passed for the sake of ten seconds.
    var left = due ? Date.parse(due.dateTime) - now() : Infinity;
    if (left > 0 && left < 20000) { event.detail.issueRequest(true); return; }
    hold(form, function () { event.detail.issueRequest(true); });
  });
  window.addEventListener("pagehide", function () {
    leave(function (last) {
      fetch(last.form.action, { method: "POST", body: new URLSearchParams(new FormData(last.form)), keepalive: true, credentials: "same-origin" });
    });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && held) { leave(function (last) { last.form.querySelector(".send").focus(); }); }
    if (event.key === "Enter" && event.ctrlKey) {
      if (held) { leave(function (last) { last.issue(); }); return; }
      var form = event.target.closest && event.target.closest("form[data-hold]") || document.getElementById("answer");
      if (form) { event.preventDefault(); form.requestSubmit(form.querySelector(".send")); }
    }
  });

  // What the API says of a field stands beside it too.
  document.addEventListener("htmx:afterSwap", function (event) {
    var target = event.detail.target;
    if (target && target.id === "notice") {
      each("#notice [data-about]", function (fault, index) {
        var field = document.querySelector('[data-field="' + CSS.escape(fault.dataset.about) + '"]');
        if (!field) { return; }
        var beside = make("span", fault.textContent, "wrong");
        beside.id = "wrong-" + index; field.setAttribute("aria-invalid", "true"); field.setAttribute("aria-errormessage", beside.id);
        field.before(beside);
      });
    }
    begin(true);
    // Claimed, and the button that was pressed is gone: on to the answer.
    var first = document.querySelector("#answer [name=answer]");
    if (first && document.activeElement === document.body && document.querySelector("#release")) { first.focus(); }
  });
  document.addEventListener("htmx:beforeRequest", function (event) {
    if (event.target.matches("[data-background]")) { return; }  // somebody still reads it
    each(".wrong", function (one) { one.remove(); });
    each("[aria-invalid]", function (one) { one.removeAttribute("aria-invalid"); one.removeAttribute("aria-errormessage"); });
  });

  // The list that asks by itself says where it heard nothing, and asks on.
  function show(id, is) { var line = document.getElementById(id); if (line) { line.hidden = !is; } }
  function lost(is) { show("line-lost", is); }
  document.addEventListener("htmx:afterRequest", function (event) {
    var asked = event.detail.requestConfig;  // the list itself was put in another's place by then
    if (asked && ["inbox", "watch", "watch-beside"].includes(asked.elt.id)) { lost(!event.detail.successful); }
  });
  // Nor is anything that somebody chose or typed taken from under her hands: the list waits until it is sent or undone.
  function busy() {
    var page = document.getElementById("supervision"), chosen = "input:checked,textarea:focus,select:focus,details[open]:not([data-ready])";
    var typed = Array.from(page.querySelectorAll("textarea,select")).some(function (one) { return one.value; });
    var is = typed || Boolean(page.querySelector(chosen));
    document.getElementById("line-rests").hidden = !is;
    return is;
  }
  document.addEventListener("htmx:beforeRequest", function (event) {
    if (event.target.id === "watch" && busy()) { event.preventDefault(); }
  });
  document.addEventListener("htmx:beforeSwap", function (event) {  // begun while the list was on its way
    var asked = event.detail.requestConfig;
    if (asked && asked.elt.id === "watch" && busy()) { event.detail.shouldSwap = false; }
  });
  // Files that are dropped or pasted, one at a time. What a spreadsheet copies is text and a picture of it: into a field goes the text.
  function take(files) {
    var field = document.querySelector("form.drop input[type=file]"), one = new DataTransfer();
    if (!field || !files.length) { return false; }
    one.items.add(files[0]); field.files = one.files; show("file-one", files.length > 1); document.getElementById("attach").focus();
    return true;
  }
  document.addEventListener("dragover", function (event) { if (document.querySelector("form.drop")) { event.preventDefault(); } });
  document.addEventListener("drop", function (event) { if (take(event.dataTransfer.files)) { event.preventDefault(); } });
  document.addEventListener("paste", function (event) { 
    var data = event.clipboardData, is_text = data && data.types.includes("text/plain") && event.target.matches("input,textarea");
    if (data && !is_text && take(data.files)) { event.preventDefault(); }
  });

  document.addEventListener("DOMContentLoaded", function () { begin(false); });
  setInterval(tick, 1000);
})();
