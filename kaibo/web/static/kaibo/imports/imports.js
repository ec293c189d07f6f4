// Dropping files: each is sent by itself with its own time, then the cards are asked for while something moves.

const form = document.getElementById("drop-form");
const zone = document.getElementById("drop-zone");
const picker = document.getElementById("drop-files");
const sending = document.getElementById("sending");
const tables = document.getElementById("tables");
const LARGEST = 512 * 1024 * 1024;
const SOON = 900;
const LATER = 5000;
let wasBusy = isBusy();
let timer = 0;

function isBusy() {
  return document.getElementById("table-cards")?.dataset.busy === "1";
}

function line(file) {
  const row = document.createElement("li");
  const name = document.createElement("span");
  name.textContent = file.name;
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  row.append(name, bar);
  sending.append(row);
  const fail = (why) => {
    bar.remove();
    row.classList.add("wrong");
    name.textContent = `${file.name}: ${why}`;
  };
  return { row, bar, fail };
}

function send(file) {
  const shown = line(file);
  if (file.size > LARGEST) {
    shown.fail(sending.dataset.large);
    return Promise.resolve();
  }
  const body = new FormData();
  body.append("file", file, file.name);
  body.append("as_of", String(file.lastModified * 1000));
  body.append("show_id", document.getElementById("drop-show").value);
  return new Promise((done) => {
    const request = new XMLHttpRequest(); // fetch tells no progress of what it sends
    request.open("POST", form.action);
    request.setRequestHeader("X-CSRFToken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    request.setRequestHeader("X-Kaibo-Part", "1");
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) shown.bar.value = event.loaded / event.total;
    };
    request.onload = () => {
      if (request.status === 201) shown.row.remove();
      else shown.fail(sending.dataset.failed);
      done();
    };
    request.onerror = () => {
      shown.fail(sending.dataset.failed);
      done();
    };
    request.send(body);
  });
}

async function take(files) {
  for (const row of sending.querySelectorAll(".wrong")) row.remove();
  for (const file of files) {
    await send(file);
    await look();
  }
  picker.value = "";
}

async function look() {
  clearTimeout(timer);
  if (!document.hidden && !tables.querySelector("details[open]")) {
    const answer = await fetch(form.dataset.part, { headers: { "X-Kaibo-Part": "1" } }).catch(() => null);
    const isWhole = answer?.ok && !answer.redirected;
    tables.toggleAttribute("data-stale", !isWhole);
    if (isWhole) tables.innerHTML = await answer.text();
  }
  const now = isBusy();
  if (wasBusy && !now && tables.querySelector('[data-state="complete"]')) {
    location.reload(); // the list of imports and the orders that wait have changed too
    return;
  }
  wasBusy = now;
  timer = setTimeout(look, now ? SOON : LATER);
}

picker.addEventListener("change", () => take([...picker.files]));
for (const kind of ["dragenter", "dragover"]) {
  document.addEventListener(kind, (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    zone.classList.add("is-over");
  });
}
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) zone.classList.remove("is-over");
});
document.addEventListener("drop", (event) => {
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  zone.classList.remove("is-over");
  take([...event.dataTransfer.files]);
});
timer = setTimeout(look, wasBusy ? SOON : LATER);
