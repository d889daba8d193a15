// Says in words when a passkey was not used, where allauth's script would only write to the console.
(() => {
  const place = document.querySelector("[data-passkey-state]");
  if (!place) return;
  if (!window.PublicKeyCredential) place.textContent = place.dataset.unsupported;
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    place.textContent = place.dataset.refused;
  });
})();
