// 扫描: the code on a proof, read in the browser itself. No picture leaves it; what a code names is opened on this site alone.
(function () {
  "use strict";
  var box = document.getElementById("scan"), begin = document.getElementById("scan-begin"), end = document.getElementById("scan-end");
  var video = document.getElementById("scan-video"), told = document.getElementById("scan-told"), stream = null;
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) { return; }
  window.BarcodeDetector.getSupportedFormats().then(function (formats) { box.hidden = !formats.includes("qr_code"); });

  // The number and the code of an address like ours, whatever its host: that one is not asked. Empty: none of ours.
  function address(text) {
    var found = /^(?:https?:\/\/[^\/]+\/verify\/)?(HY[0-9A-Z]{16})(?:\?c=([\w-]{1,100}))?(#[\w-]{120})?$/i.exec(text.trim());
    return found ? "/verify/" + found[1].toUpperCase() + (found[2] ? "?c=" + found[2] : "") + (found[3] || "") : "";
  }
  function stop() {
    if (stream) { stream.getTracks().forEach(function (track) { track.stop(); }); }
    stream = video.srcObject = null; video.hidden = end.hidden = true; begin.hidden = false;
  }
  function look(detector) {
    if (!stream) { return; }
    detector.detect(video).then(function (codes) {
      var ours = codes.map(function (code) { return address(code.rawValue); }).filter(Boolean)[0];
      if (ours) { stop(); told.textContent = "已识别，正在核验……"; location.assign(ours); return; }
      if (codes.length) { told.textContent = "这不是本系统证明上的二维码。请对准证明上的二维码。"; }
      setTimeout(look, 200, detector);
    }, function () { setTimeout(look, 500, detector); });  // no picture yet
  }
  begin.addEventListener("click", function () {
    told.textContent = "";
    navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }).then(function (got) {
      stream = got; video.srcObject = got; video.hidden = end.hidden = false; begin.hidden = true;
      told.textContent = "请把二维码放进画面。"; end.focus(); video.play();
      look(new window.BarcodeDetector({ formats: ["qr_code"] }));
    }, function () { told.textContent = "没有取得摄像头的许可。请在浏览器中允许使用摄像头，或者输入编号。"; });
  });
  end.addEventListener("click", function () { stop(); told.textContent = "已停止扫描。"; begin.focus(); });
  window.addEventListener("pagehide", stop);
})();
