// The editor of a course or lesson: counts CE hours while an author types. The server counts and keeps nothing.
// Without this script the button "Count CE hours" leads to the same figures of the saved draft.
(() => {
  const ADDRESS = document.currentScript.dataset.address; // ends in .../0/
  const PAUSE = 900;
  const FIELDS = /^(body-|agenda-|assignment_minutes$|csrfmiddlewaretoken$)/;
  const edits = location.pathname.match(/\/pages\/(\d+)\/edit\/$/);
  const adds = location.pathname.match(/\/pages\/add\/courses\/(coursepage|lessonpage)\/(\d+)\/$/);

  const start = () => {
    const form = document.querySelector("form[data-edit-form]");
    const tabs = form ? [...form.querySelectorAll("[role=tabpanel]")] : [];
    if (!tabs.length || !(edits || adds)) return;
    const address = ADDRESS.replace(/0\/$/, `${edits ? edits[1] : adds[2]}/`);
    const place = document.createElement("section");
    place.className = "credit-live-place";
    place.setAttribute("aria-label", "CE hours");
    const said = document.createElement("p"); // what a screen reader hears, and only when it has changed
    said.className = "w-sr-only";
    said.setAttribute("role", "status");
    let last = "", timer = 0, asking = null;

    const fields = () => {
      const found = new URLSearchParams();
      for (const [name, value] of new FormData(form)) {
        if (FIELDS.test(name) && typeof value === "string") found.append(name, value);
      }
      if (adds) found.append("new", adds[1]);
      return found;
    };
    const show = (html) => {
      const open = place.querySelector("details")?.open;
      place.innerHTML = html;
      const details = place.querySelector("details"), summary = place.querySelector("summary").textContent;
      details.open = Boolean(open);
      if (!place.isConnected) {
        const tab = tabs.find((one) => one.querySelector("[data-contentpath=agenda]")) || tabs[0];
        tab.append(place, said);
      }
      if (said.textContent !== summary) said.textContent = summary;
    };
    const ask = async () => {
      const now = fields(), text = now.toString();
      if (text === last) return;
      last = text;
      asking?.abort();
      asking = new AbortController();
      try {
        const answer = await fetch(address, { method: "POST", body: now, signal: asking.signal });
        if (answer.status === 204) return stop();
        if (answer.status === 200) show(await answer.text());
      } catch (error) {
        if (error.name !== "AbortError") last = "";
      }
    };
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE);
    };
    const KINDS = ["input", "change", "keyup", "click", "drop"];
    const stop = () => KINDS.forEach((kind) => form.removeEventListener(kind, soon));
    KINDS.forEach((kind) => form.addEventListener(kind, soon));
    soon();
  };

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
