"use strict";
(function () {
  var by = function (id) { return document.getElementById(id); };
  var modes = by("modes"), control = by("control"), slide = by("slide");
  var words = JSON.parse(modes.dataset.words || "{}");
  var mode = "side", timer = null, shown = false;
  if (by("under")) { by("under").src = by("before").src; by("top").src = by("after").src; }
  function draw() {
    var top = by("top"), share = Number(slide.value);
    if (!top) { return; }
    top.style.clipPath = mode === "swipe" ? "inset(0 0 0 " + share + "%)" : "none";
    top.style.opacity = mode === "ghost" ? share / 100 : mode === "blink" ? Number(shown) : 1;
    by("bar").hidden = mode !== "swipe";
    by("bar").style.left = share + "%";
    by("over-name").textContent = words[mode === "blink" ? (shown ? "after" : "before") : mode] || "";
  }
  function choose(next) {
    mode = next;
    modes.querySelectorAll("button").forEach(function (one) {
      one.setAttribute("aria-pressed", String(one.dataset.mode === next));
    });
    var over = ["swipe", "ghost", "blink"].indexOf(next) >= 0;
    ["side", "difference", "changes"].forEach(function (id) { if (by(id)) { by(id).hidden = id !== next; } });
    if (by("over")) { by("over").hidden = !over; }
    control.style.display = next === "swipe" || next === "ghost" ? "block" : "none";
    by("slide-name").textContent = words[next + " slider"] || "";
    clearInterval(timer);
    if (next === "blink") { timer = setInterval(function () { shown = !shown; draw(); }, 900); }
    draw();
  }
  modes.hidden = false;
  modes.addEventListener("click", function (event) {
    if (event.target.dataset.mode) { choose(event.target.dataset.mode); }
  });
  slide.addEventListener("input", draw);
  choose("side");
  var asked = location.hash.replace("#view=", "");
  modes.querySelectorAll("button").forEach(function (one) {
    if (one.dataset.mode === asked) { choose(asked); }
  });
})();
