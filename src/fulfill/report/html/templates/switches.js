document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-layers]");
  if (!button) return;
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", on);
  for (const name of button.dataset.layers.split(" ")) {
    for (const document of Bokeh.documents) {
      const layer = document.get_model_by_name(name);
      if (layer) layer.visible = on;
    }
  }
});
