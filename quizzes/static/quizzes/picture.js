// Questions on a picture, for those who point. The list beside the picture is the answer; all of this only fills it in.
// [data-spots]: taps become points (checkboxes). [data-labeling]: labels are picked up and put down. [data-areas]: a tap
// on an area chooses it in the list.
(() => {
  const GRID = 10000;
  const SVG = "http://www.w3.org/2000/svg";
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const clamp = (value) => Math.max(0, Math.min(GRID, Math.round(value)));
  const changed = (element) => element.dispatchEvent(new Event("change", { bubbles: true }));

  const make = (name, attributes, parent, text = "") => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    parent.append(element);
    return element;
  };

  function spots(root) {
    const frame = root.querySelector(".plate-frame");
    if (!frame) return;
    const drawing = frame.querySelector("svg"), list = root.querySelector("[data-list]");
    const points = root.querySelector("[data-points]"), words = root.dataset;
    const say = (text) => { root.querySelector("[data-say]").textContent = text; };
    const height = drawing.viewBox.baseVal.height, most = Number(words.many || 1);
    const boxes = () => [...points.querySelectorAll("input")];
    const where = (x, y) => fill(words.where, { x: Math.floor(x / 100), y: Math.floor(y / 100) });

    const draw = () => {
      for (const old of drawing.querySelectorAll(".plate-point")) old.remove();
      boxes().forEach((box, place) => {
        const [x, y] = box.value.split(",").map(Number), at = (y * height) / GRID;
        const group = make("g", { class: "plate-badge" }, make("g", { class: "plate-point", transform: `translate(${x} ${at})` }, drawing));
        make("circle", { r: 340 }, group);
        make("text", { "font-size": 440, "text-anchor": "middle", "dominant-baseline": "central" }, group, place + 1);
        box.nextElementSibling.textContent = fill(words.point, { n: place + 1, where: where(x, y) });
      });
    };

    const put = (x, y) => {
      const value = `${x},${y}`;
      if (boxes().some((box) => box.value === value)) return;
      if (most === 1) points.replaceChildren();
      if (boxes().length >= most) { say(words.full); return; }
      for (const choice of list.querySelectorAll("input")) choice.checked = false;
      const label = document.createElement("label"), box = document.createElement("input"), text = document.createElement("span");
      label.className = "option";
      Object.assign(box, { type: "checkbox", name: words.name, value, checked: true });
      label.append(box, text);
      points.append(label);
      draw();
      say(text.textContent);
      changed(box);
    };

    points.addEventListener("change", (event) => {
      if (event.target === points || event.target.checked) return;
      const place = boxes().indexOf(event.target);
      event.target.closest("label").remove();
      say(fill(words.gone, { n: place + 1 }));
      draw();
      const next = boxes()[Math.min(place, boxes().length - 1)] || list.querySelector("input");
      if (next) next.focus();
      changed(points);
    });
    list.addEventListener("change", () => { points.replaceChildren(); draw(); });
    frame.addEventListener("click", (event) => {
      if (event.target.closest("button")) return;
      const box = frame.getBoundingClientRect();
      put(clamp(((event.clientX - box.left) / box.width) * GRID), clamp(((event.clientY - box.top) / box.height) * GRID));
    });

    const cross = document.createElement("button");
    const spot = { x: GRID / 2, y: GRID / 2 };
    const show = () => { cross.style.left = `${spot.x / 100}%`; cross.style.top = `${spot.y / 100}%`; };
    cross.type = "button";
    cross.className = "plate-cross";
    cross.setAttribute("aria-label", words.cross);
    cross.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!way) return;
      event.preventDefault();
      const step = event.shiftKey ? 1000 : 200;
      spot.x = clamp(spot.x + way[0] * step);
      spot.y = clamp(spot.y + way[1] * step);
      show();
      say(where(spot.x, spot.y));
    });
    cross.addEventListener("click", () => put(spot.x, spot.y));
    show();
    frame.append(cross);
    const hint = document.createElement("p");
    hint.className = "question-help";
    hint.textContent = words.hint;
    root.prepend(hint);
  }

  function labeling(root) {
    const frame = root.querySelector(".plate-frame"), words = root.dataset;
    if (!frame) return;
    const drawing = frame.querySelector("svg"), height = drawing.viewBox.baseVal.height;
    const say = (text) => { root.querySelector("[data-say]").textContent = text; };
    const rows = [...root.querySelectorAll("[data-label]")];
    const areas = new Map();
    let held = null;

    const hold = (row) => {
      held = row;
      root.toggleAttribute("data-holding", Boolean(row));
      for (const one of rows) {
        const button = one.querySelector("button"), picked = one === row;
        button.setAttribute("aria-pressed", String(picked));
        button.textContent = picked ? words.drop : words.pick;
        button.setAttribute("aria-label", `${button.textContent}: ${one.dataset.label}`);
      }
    };

    const draw = () => {
      for (const [area, spot] of areas) {
        const here = rows.filter((row) => row.querySelector("select").value === area).map((row) => row.dataset.label);
        spot.button.replaceChildren();
        spot.button.setAttribute("aria-label", [fill(words.areaName, { n: spot.number }), ...here].join(", "));
        spot.group.classList.toggle("is-chosen", here.length > 0);
        for (const text of here) spot.button.append(Object.assign(document.createElement("span"), { textContent: `${spot.number} ${text}` }));
      }
    };

    const place = (row, area) => {
      const select = row.querySelector("select");
      select.value = area;
      const spot = areas.get(area);
      say(fill(spot ? words.placed : words.offPicture, { label: row.dataset.label, n: spot && spot.number }));
      draw();
      changed(select);
    };

    const choose = (area) => {
      if (!held) { say(words.nothing); return; }
      const row = held;
      hold(null);
      place(row, area);
    };

    for (const group of drawing.querySelectorAll("[data-area]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "plate-spot";
      button.style.left = `${group.dataset.x / 100}%`;
      button.style.top = `${(group.dataset.y * 100) / height}%`;
      button.addEventListener("click", () => choose(group.dataset.area));
      group.addEventListener("click", () => choose(group.dataset.area));
      areas.set(group.dataset.area, { button, group, number: group.querySelector("text").textContent });
      frame.append(button);
    }
    for (const row of rows) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "labeling-pick";
      let carried = false;
      button.addEventListener("click", () => {
        if (carried) { carried = false; return; }
        const picked = held !== row;
        hold(picked ? row : null);
        say(picked ? fill(words.picked, { label: row.dataset.label }) : "");
      });
      // Carrying with the pointer is a third way: press, move over an area, let go.
      button.addEventListener("pointerdown", (event) => {
        const start = [event.clientX, event.clientY];
        const end = (up) => {
          removeEventListener("pointerup", end);
          removeEventListener("pointercancel", end);
          carried = Math.hypot(up.clientX - start[0], up.clientY - start[1]) > 12;
          if (!carried || up.type !== "pointerup") return;
          const over = document.elementFromPoint(up.clientX, up.clientY);
          const spot = [...areas].find(([, one]) => one.button.contains(over) || one.group.contains(over));
          setTimeout(() => { carried = false; });
          if (spot) { hold(null); place(row, spot[0]); }
        };
        addEventListener("pointerup", end);
        addEventListener("pointercancel", end);
      });
      row.querySelector("select").before(button);
      row.querySelector("select").addEventListener("change", () => { hold(null); draw(); });
    }
    root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && held) { hold(null); say(""); }
    });
    hold(null);
    draw();
  }

  function areas(root) {
    const choices = [...root.querySelectorAll("[data-place] input")];
    const draw = () => {
      for (const choice of choices) {
        const group = root.querySelector(`[data-area="${CSS.escape(choice.value)}"]`);
        if (group) group.classList.toggle("is-chosen", choice.checked);
      }
    };
    for (const choice of choices) {
      const group = root.querySelector(`[data-area="${CSS.escape(choice.value)}"]`);
      if (group) group.addEventListener("click", () => { choice.checked = true; draw(); changed(choice); });
    }
    root.addEventListener("change", draw);
    draw();
  }

  const KINDS = { "[data-spots]": spots, "[data-labeling]": labeling, "[data-areas]": areas };
  for (const [selector, enhance] of Object.entries(KINDS)) {
    for (const root of document.querySelectorAll(selector)) {
      if ("ready" in root.dataset || "off" in root.dataset || root.closest("fieldset:disabled")) continue;
      root.dataset.ready = "";
      enhance(root);
    }
  }
})();
