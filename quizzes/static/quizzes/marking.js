/* Keeps a marker's draft, and with it the answer on the marker's desk. Without this script the button does the same. */
(() => {
  const form = document.querySelector("[data-marking]");
  if (!form) return;
  const status = form.querySelector("[data-saved]");
  const pause = 3000;
  const renewal = 5 * 60 * 1000;
  let timer = 0;
  let leaving = false;

  const save = async () => {
    clearTimeout(timer);
    if (leaving) return;
    const data = new FormData(form);
    data.set("act", "save");
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" } });
      const words = await answer.json();
      status.textContent = words.saved;
    } catch {
      status.textContent = "Not saved: no connection. Your text is still here.";
    }
  };

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  });
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(timer);
  });
  setInterval(() => {
    if (document.visibilityState === "visible") save();
  }, renewal);
})();
