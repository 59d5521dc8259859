// The second screen: what the applicant draws with finger, pen or mouse goes along as its strokes; what it shows of him does not stay.
(function () {
  "use strict";
  var strokes = [], last = null;
  function pad() { return document.getElementById("pad"); }
  function place(event) {
    var box = pad().getBoundingClientRect();
    return [Math.round((event.clientX - box.left) * pad().width / box.width), Math.round((event.clientY - box.top) * pad().height / box.height)];
  }
  function keep() {
    document.getElementById("signature").value = strokes.map(function (one) { return one.join(" "); }).join(";").slice(0, 20000);
  }
  function line(from, to) {
    var pen = pad().getContext("2d");
    pen.lineWidth = 4; pen.lineCap = "round"; pen.beginPath(); pen.moveTo(from[0], from[1]); pen.lineTo(to[0], to[1]); pen.stroke();
  }
  function on(name, act) { document.addEventListener(name, function (event) { if (event.target === pad()) { act(event); } }); }
  on("pointerdown", function (event) {
    event.preventDefault(); pad().setPointerCapture(event.pointerId);
    last = place(event); strokes.push([last.join(",")]);
  });
  on("pointermove", function (event) {
    if (!last) { return; }
    var here = place(event);
    if (Math.abs(here[0] - last[0]) + Math.abs(here[1] - last[1]) < 4) { return; }
    line(last, here); last = here; strokes[strokes.length - 1].push(here.join(",")); keep();
  });
  ["pointerup", "pointercancel"].forEach(function (name) { on(name, function () { last = null; }); });
  document.addEventListener("click", function (event) {
    if (event.target.id !== "again") { return; }
    strokes = []; last = null; keep(); pad().getContext("2d").clearRect(0, 0, pad().width, pad().height);
  });
  // When nobody touches it for three minutes, when he was thanked, when it was registered without him or nobody is signed in.
  var over;
  function end() { strokes = []; last = null; document.getElementById("main").textContent = "本页已结束。需要继续的，请告诉工作人员。"; }
  function endIn(seconds) { clearTimeout(over); over = setTimeout(end, seconds * 1000); }
  ["pointerdown", "pointermove"].forEach(function (name) { document.addEventListener(name, function () { if (pad()) { endIn(180); } }); });
  document.addEventListener("htmx:afterSwap", function () { if (!pad()) { endIn(20); } });
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (event.detail.requestConfig.elt.id !== "watch") { return; }
    event.detail.shouldSwap = false;
    if (pad() && [200, 401].includes(event.detail.xhr.status)) { end(); }
  });
  endIn(180);
})();
