// Time left in words, hideable, announced at 20 %, 5 minutes and 1 minute (QUIZZES.md section 9).
// <div class="quiz-timer" data-seconds-left data-seconds-total>; the server alone decides when time is over.
(() => {
  const timer = document.querySelector("[data-seconds-left]");
  if (!timer) return;
  const place = timer.querySelector("[data-timer-words]");
  const announcer = timer.querySelector("[data-timer-announce]");
  const hide = timer.querySelector("[data-timer-hide]");
  const total = Number(timer.dataset.secondsTotal);
  const marks = [total * 0.2, 300, 60].filter((mark) => mark < total).sort((a, b) => b - a);
  let ends = performance.now() + Number(timer.dataset.secondsLeft) * 1000;
  let before = Number(timer.dataset.secondsLeft);

  const text = (name, number) => (timer.dataset[name] || "").replace("{n}", number);
  const inWords = (seconds) => {
    if (seconds <= 0) return text("over");
    if (seconds < 60) return text("underMinute");
    const minutes = Math.ceil(seconds / 60);
    return minutes === 1 ? text("minute") : text("minutes", minutes);
  };

  function tick() {
    const seconds = Math.ceil((ends - performance.now()) / 1000);
    const words = inWords(seconds);
    if (place.textContent !== words) place.textContent = words;
    if (marks.some((mark) => seconds <= mark && before > mark) || (seconds <= 0 && before > 0)) announcer.textContent = words;
    before = seconds;
    if (seconds > 0) setTimeout(tick, 1000);
  }

  if (hide) {
    hide.hidden = false;
    const shown = hide.textContent;
    hide.addEventListener("click", () => {
      place.hidden = !place.hidden;
      hide.textContent = place.hidden ? hide.dataset.showLabel : shown;
    });
  }
  // After a save or a sleep the server's number counts, not this clock.
  document.addEventListener("stillpoint:time", (event) => {
    const over = before <= 0;
    ends = performance.now() + Number(event.detail) * 1000;
    if (over) { before = Number(event.detail); tick(); }
  });
  tick();
})();
