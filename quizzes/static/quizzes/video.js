// Takes the player's time into the field beside it, to a tenth of a second. <div data-moment="<player>" data-take="..."> holds the input.
for (const place of document.querySelectorAll("[data-moment]:not([data-ready])")) {
  place.dataset.ready = "";
  const player = document.getElementById(place.dataset.moment);
  const field = place.querySelector("input");
  if (!player || field.matches(":disabled")) continue;
  const button = Object.assign(document.createElement("button"), {
    type: "button", className: "button button-quiet", textContent: place.dataset.take,
  });
  button.addEventListener("click", () => {
    field.value = player.currentTime.toFixed(1);
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  place.append(button);
}
