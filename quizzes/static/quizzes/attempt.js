// Saves each answer as it is given: the same POST that the form makes without this script, for one question at a time.
// <form data-paper> holds <section data-question> with [data-revision] (its token) and [data-saved] ("Saved 10:42").
(() => {
  const form = document.querySelector("form[data-paper]");
  if (!form) return;
  const running = new Map();

  const say = (question, text, wrong = false) => {
    const place = question.querySelector("[data-saved]");
    if (!place) return;
    place.textContent = text;
    place.classList.toggle("saved-error", wrong);
  };

  const body = (question) => {
    const data = new FormData();
    data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.append("key", form.elements.key.value);
    for (const [name, value] of new FormData(form)) if (name.startsWith(`${question.id}-`)) data.append(name, value);
    return data;
  };

  async function save(question) {
    say(question, form.dataset.saving);
    question.dataset.unsaved = "";
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: body(question),
        headers: { Accept: "application/json" },
        credentials: "same-origin",
        keepalive: true,
      });
      if (answer.redirected || !(answer.headers.get("Content-Type") || "").includes("json")) throw new Error("");
      const told = await answer.json();
      if (told.seconds_left !== undefined) {
        document.dispatchEvent(new CustomEvent("stillpoint:time", { detail: told.seconds_left }));
      }
      if (!answer.ok) {
        say(question, told.message, true);
        return;
      }
      question.querySelector("[data-revision]").value = told.rev;
      delete question.dataset.unsaved;
      say(question, told.message || (told.saved_at ? form.dataset.savedAt.replace("{time}", told.saved_at) : ""), Boolean(told.message));
    } catch {
      say(question, form.dataset.notSaved, true);
    }
  }

  // One save at a time per question, and its last state always goes out.
  function queue(question) {
    const turn = running.get(question);
    if (turn) {
      turn.again = true;
      return;
    }
    const mine = { again: false };
    running.set(question, mine);
    save(question).finally(() => {
      running.delete(question);
      if (mine.again) queue(question);
    });
  }

  const questions = form.querySelectorAll("[data-question]");
  for (const question of questions) {
    let pause;
    question.addEventListener("change", () => { clearTimeout(pause); queue(question); });
    question.addEventListener("input", (event) => {
      if (!event.target.matches("textarea, input[type=text]")) return;
      question.dataset.unsaved = "";
      clearTimeout(pause);
      pause = setTimeout(() => queue(question), 1500);
    });
    for (const button of question.querySelectorAll("[data-save-button]")) button.hidden = true;
  }

  // After sleep or another window the server says how much time is left.
  document.addEventListener("visibilitychange", async () => {
    if (document.hidden) return;
    const data = new FormData();
    data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" } });
      const told = await answer.json();
      const left = answer.status === 409 ? 0 : told.seconds_left;
      if (left !== undefined) document.dispatchEvent(new CustomEvent("stillpoint:time", { detail: left }));
    } catch {
      // No connection: the clock of the page goes on.
    }
  });

  addEventListener("online", () => { for (const question of questions) if ("unsaved" in question.dataset) queue(question); });
  let leaving = false;
  form.addEventListener("submit", () => { leaving = true; });
  addEventListener("beforeunload", (event) => {
    if (!leaving && [...questions].some((question) => "unsaved" in question.dataset)) event.preventDefault();
  });
})();
