// Saves each answer as it is given: the same POST that the form makes without this script, for one question at a time.
// <form data-paper> holds <section data-question> with [data-revision] (its token), [data-saved] ("Saved 10:42") and
// [data-checked] (the feedback, where an answer can be checked). What only a page can settle, a log-in that has ended or
// two answers to compare, is left to the form: a button sends it, with everything that was typed.
(() => {
  const form = document.querySelector("form[data-paper]");
  if (!form) return;
  const running = new Map();
  const LARGEST_KEPT_ALIVE = 15000; // browsers refuse to keep larger requests alive after the page

  const say = (question, text, wrong = false, button = "") => {
    const place = question.querySelector("[data-saved]");
    // A button that is about to be pressed stays: leaving a field saves it, between the press and its release.
    if (!place || (button && place.querySelector("button")?.textContent === button)) return;
    place.textContent = text;
    place.classList.toggle("saved-error", wrong);
    if (!button) return;
    const send = document.createElement("button");
    Object.assign(send, { type: "submit", name: "go", value: question.id, className: "button button-quiet", textContent: button });
    place.append(document.createElement("br"), send);
  };

  // Logging in elsewhere changes the token of the forms; the cookie has the new one.
  const freshToken = () => {
    const cookie = document.cookie.match(/csrftoken=([^;]+)/);
    if (cookie) form.elements.csrfmiddlewaretoken.value = cookie[1];
    return form.elements.csrfmiddlewaretoken.value;
  };

  const body = (question) => {
    const data = new FormData();
    data.append("csrfmiddlewaretoken", freshToken());
    data.append("key", form.elements.key.value);
    if (question) {
      for (const [name, value] of new FormData(form)) if (name.startsWith(`${question.id}-`)) data.append(name, value);
    }
    return data;
  };

  const post = (address, data) => {
    const size = [...data.values()].reduce((sum, value) => sum + value.length, 0);
    const headers = { Accept: "application/json" };
    return fetch(address, { method: "POST", body: data, headers, credentials: "same-origin", keepalive: size < LARGEST_KEPT_ALIVE });
  };

  // What the server told, or an error where it did not answer as our own door does.
  async function tell(question, address, data) {
    const answer = await post(address, data);
    if (answer.redirected || !(answer.headers.get("Content-Type") || "").includes("json")) throw new Error("");
    const told = await answer.json();
    if (told.seconds_left !== undefined) {
      document.dispatchEvent(new CustomEvent("stillpoint:time", { detail: told.seconds_left }));
    }
    const ends = document.querySelector("[data-ends-at]");
    if (ends && told.ends_at) ends.textContent = told.ends_at;
    if (answer.ok) return told;
    say(question, told.message, true, answer.status === 401 ? form.dataset.logIn : told.compare ? form.dataset.compare : "");
    return null;
  }

  async function save(question) {
    if (!question.querySelector("[data-saved] button")) say(question, form.dataset.saving);
    question.dataset.unsaved = "";
    try {
      const told = await tell(question, form.action, body(question));
      if (!told) return;
      question.querySelector("[data-revision]").value = told.rev;
      delete question.dataset.unsaved;
      say(question, told.message || (told.saved_at ? form.dataset.savedAt.replace("{time}", told.saved_at) : ""), Boolean(told.message));
    } catch {
      say(question, form.dataset.notSaved, true);
    }
  }

  // One save at a time per question, and its last state always goes out.
  function queue(question) {
    if (!question.querySelector("[data-revision]")) return; // final
    const turn = running.get(question);
    if (turn) {
      turn.again = true;
      return;
    }
    const mine = { again: false };
    running.set(question, mine);
    mine.done = save(question).finally(() => {
      running.delete(question);
      if (mine.again) queue(question);
    });
  }

  async function check(question, button) {
    button.disabled = true;
    await running.get(question)?.done;
    question.dataset.unsaved = "";
    try {
      const data = body(question);
      data.append("check", button.value);
      const told = await tell(question, form.dataset.check, data);
      if (!told) return;
      delete question.dataset.unsaved;
      say(question, told.saved_at ? form.dataset.savedAt.replace("{time}", told.saved_at) : "");
      question.querySelector("[data-revision]").remove();
      for (const part of question.querySelectorAll("fieldset")) part.disabled = true;
      const place = question.querySelector("[data-checked]");
      place.innerHTML = told.feedback;
      button.remove();
      place.firstElementChild.focus();
    } catch {
      say(question, form.dataset.notSaved, true);
    } finally {
      button.disabled = false;
    }
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
    question.querySelector("[data-check-button]")?.addEventListener("click", (event) => {
      event.preventDefault();
      clearTimeout(pause);
      check(question, event.currentTarget);
    });
  }

  // After sleep or another window the server says how much time is left.
  document.addEventListener("visibilitychange", async () => {
    if (document.hidden) return;
    try {
      const answer = await post(form.action, body());
      const told = await answer.json();
      const left = told.ended ? 0 : told.seconds_left;
      if (left !== undefined) document.dispatchEvent(new CustomEvent("stillpoint:time", { detail: left }));
    } catch {
      // No connection: the clock of the page goes on.
    }
  });

  addEventListener("online", () => { for (const question of questions) if ("unsaved" in question.dataset) queue(question); });
  let leaving = false;
  form.addEventListener("submit", () => { leaving = true; freshToken(); });
  addEventListener("beforeunload", (event) => {
    if (!leaving && [...questions].some((question) => "unsaved" in question.dataset)) event.preventDefault();
  });
})();
