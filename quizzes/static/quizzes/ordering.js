// Puts items in order with two buttons each. The lists of places stay the form's fields: moving an item sets them all.
// <div data-ordering data-moved="Moved to place {place} of {total}"> holds li[data-item] > select + [data-buttons]
(() => {
  for (const ordering of document.querySelectorAll("[data-ordering]:not([data-ready])")) {
    ordering.dataset.ready = "";
    const list = ordering.querySelector("ol");
    const spoken = ordering.querySelector("[data-moves]");
    const keep = ordering.querySelector("[data-keep]");
    const rows = () => [...list.querySelectorAll("[data-item]")];
    const settled = () => rows().every((row, number) => row.querySelector("select").value === String(number + 1));

    const show = () => {
      const all = rows();
      all.forEach((row, number) => {
        row.querySelector("[data-move='-1']").setAttribute("aria-disabled", number === 0);
        row.querySelector("[data-move='1']").setAttribute("aria-disabled", number === all.length - 1);
      });
      keep.hidden = settled();
      ordering.classList.toggle("ordering-settled", settled());
    };

    const store = () => {
      rows().forEach((row, number) => { row.querySelector("select").value = String(number + 1); });
      list.querySelector("select").dispatchEvent(new Event("change", { bubbles: true }));
      show();
    };

    const move = (row, step) => {
      const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
      if (!other) return;
      // The neighbor goes, so that the button that was pressed keeps the focus.
      if (step < 0) row.after(other);
      else row.before(other);
      const all = rows();
      spoken.textContent = ordering.dataset.moved.replace("{place}", all.indexOf(row) + 1).replace("{total}", all.length);
      store();
    };

    // What was begun without this script is shown in its order: items without a place come last.
    const begun = rows().map((row) => [row, Number(row.querySelector("select").value) || Infinity]);
    for (const [row] of begun.sort((one, other) => one[1] - other[1] || 0)) list.append(row);
    for (const row of rows()) {
      row.querySelector("select").hidden = true;
      row.querySelector("[data-buttons]").hidden = false;
      for (const button of row.querySelectorAll("[data-move]")) {
        button.addEventListener("click", () => move(row, Number(button.dataset.move)));
      }
    }
    ordering.classList.add("ordering-live");
    keep.addEventListener("click", () => { store(); rows()[0].querySelector("[data-move='1']").focus(); });
    show();
  }
})();
