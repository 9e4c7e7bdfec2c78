for (const input of document.querySelectorAll(".slider input")) {
  const pair = input.previousElementSibling;
  const move = () => pair.style.setProperty("--cut", input.value + "%");
  input.addEventListener("input", move);
  move();
}
