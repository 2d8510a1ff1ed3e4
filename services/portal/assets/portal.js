// Tổng Hợp: all that the pages need of JavaScript. Reading works without it.
const root = document.documentElement;
const words = document.body.dataset;
const kept = {
  get(name) { try { return localStorage.getItem(name); } catch { return null; } },
  set(name, value) { try { localStorage.setItem(name, value); } catch { /* private window */ } },
};

// Theme: follows the system until somebody chooses.
const theme = document.getElementById('theme');
const isDark = () => getComputedStyle(root).colorScheme === 'dark';
const chosen = kept.get('theme');
if (chosen === 'dark' || chosen === 'light') root.dataset.theme = chosen;
if (theme) {
  const name = () => { theme.textContent = isDark() ? theme.dataset.light : theme.dataset.dark; };
  theme.hidden = false;
  name();
  theme.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    kept.set('theme', root.dataset.theme);
    name();
  });
}

// Printing is a button only where it works.
for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => print());
}

// Hover and focus read the same words that screen readers are given.
const tip = Object.assign(document.createElement('div'), { id: 'tip', hidden: true });
tip.setAttribute('aria-hidden', 'true');
document.body.append(tip);
const show = (event) => {
  const at = event.target.closest?.('[data-tip], .tiles a');
  tip.hidden = !at;
  if (!at) return;
  tip.textContent = at.dataset.tip ?? at.getAttribute('aria-label');
  const box = at.getBoundingClientRect(), own = tip.getBoundingClientRect();
  const left = box.left + box.width / 2 - own.width / 2;
  tip.style.left = `${Math.max(8, Math.min(innerWidth - own.width - 8, left))}px`;
  tip.style.top = `${box.top > own.height + 12 ? box.top - own.height - 6 : box.bottom + 6}px`;
};
addEventListener('pointerover', show);
addEventListener('focusin', show);
addEventListener('focusout', () => { tip.hidden = true; });
addEventListener('keydown', (event) => { if (event.key === 'Escape') tip.hidden = true; });

// Arrow keys on a tile map go to the nearest tile in that direction; Tab works as everywhere.
const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
addEventListener('keydown', (event) => {
  const step = steps[event.key], from = event.target.closest?.('.tiles a');
  if (!step || !from) return;
  const place = (tile) => [Number(tile.dataset.column), Number(tile.dataset.row)];
  const [x, y] = place(from);
  let best = null, least = Infinity;
  for (const tile of from.closest('.tiles').querySelectorAll('a')) {
    const [dx, dy] = [place(tile)[0] - x, place(tile)[1] - y];
    const along = dx * step[0] + dy * step[1], aside = Math.abs(dx * step[1]) + Math.abs(dy * step[0]);
    if (along <= 0 || along + 2 * aside >= least) continue;
    [best, least] = [tile, along + 2 * aside];
  }
  if (best) best.focus();
  event.preventDefault();
});

// Live: the server sends the parts of this page that differ, as it would have rendered them.
const live = document.querySelector('.live'), pause = document.getElementById('pause');
const say = document.getElementById('say');
if (live && pause && 'EventSource' in window) {
  const word = live.querySelector('.word');
  const last = new Map();
  let source = null, paused = false, spoken = 0, waiting = 0, sentence = '', heard = Date.now(), retry = 0;
  const clock = (time) => new Intl.DateTimeFormat('vi-VN', {
    hour: '2-digit', minute: '2-digit', timeZone: 'Asia/Ho_Chi_Minh', hour12: false,
  }).format(time);
  const state = (name, text) => { live.dataset.state = name; word.textContent = text; };

  // At most one sentence every five seconds; the newest wins.
  const announce = (text) => {
    sentence = text;
    if (waiting) return;
    waiting = setTimeout(() => {
      waiting = 0; spoken = Date.now(); say.textContent = sentence;
    }, Math.max(0, spoken + 5000 - Date.now()));
  };

  const mark = (at) => {
    at.classList.add('changed');
    setTimeout(() => at.classList.remove('changed'), 4000);
  };
  const cells = (part) => new Map(
    [...part.querySelectorAll('[data-cell]')].map((at) => [at.dataset.cell, at.textContent]),
  );
  const stops = 'a[href], button, summary, [tabindex]';

  // Puts a fragment in place; what is open stays open, the focus stays where it was.
  const put = (key, html) => {
    const part = document.querySelector(`[data-live="${CSS.escape(key)}"]`);
    if (!part || html === null || last.get(key) === html) return;
    const first = !last.has(key);
    last.set(key, html);
    const fresh = part.cloneNode(false);
    fresh.innerHTML = html;
    if (first && fresh.innerHTML === part.innerHTML) return;
    const before = cells(part);
    const open = [...part.querySelectorAll('details')].map((one) => one.open);
    const focus = [...part.querySelectorAll(stops)].indexOf(document.activeElement);
    part.replaceChildren(...fresh.childNodes);
    part.querySelectorAll('details').forEach((one, at) => { one.open = open[at] ?? one.open; });
    if (focus >= 0) part.querySelectorAll(stops)[focus]?.focus({ preventScroll: true });
    for (const at of part.querySelectorAll('[data-cell]')) {
      if (before.get(at.dataset.cell) !== at.textContent) mark(at);
    }
    if (key === 'say' && !first && part.textContent) announce(part.textContent);
  };

  // A page with a feed of its own is told that something came, and fetches its parts anew.
  let fetching = false, again = false;
  const refresh = async () => {
    if (fetching) { again = true; return; }
    fetching = true;
    const answer = await fetch(location.href).catch(() => null);
    const text = answer?.ok ? await answer.text().catch(() => null) : null;
    fetching = false;
    if (paused) return;
    if (text === null) { stale(); retry = setTimeout(refresh, 5000); return; }
    const fresh = new DOMParser().parseFromString(text, 'text/html');
    live.dataset.feed = fresh.querySelector('.live')?.dataset.feed ?? live.dataset.feed;
    for (const part of fresh.querySelectorAll('[data-live]')) put(part.dataset.live, part.innerHTML);
    heard = Date.now();
    state('live', words.now);
    if (again) { again = false; refresh(); }
  };

  const close = () => { source?.close(); source = null; clearTimeout(retry); };
  // A browser gives up on an answer that is no stream: a server that starts, a proxy, no place
  // left. It keeps to itself what the answer said, so that is asked for once more.
  const comeAgain = async (failed) => {
    const answer = await fetch(failed.url, { method: 'HEAD' }).catch(() => null);
    if (source !== failed) return;
    const told = Number(answer?.headers.get('retry-after')) || 0;
    // Not all pages at the same moment.
    const seconds = Math.max(3, Math.min(told, 300)) * (1 + Math.random() / 5);
    retry = setTimeout(open, 1000 * seconds);
  };
  const stale = () => { if (!paused) state('stale', words.stale.replace('{time}', clock(heard))); };
  const open = () => {
    close();
    const path = location.pathname + location.search;
    source = new EventSource(live.dataset.feed
      ?? `/v1/live/page?path=${encodeURIComponent(path)}&lang=${root.lang}`);
    source.addEventListener('milestone', refresh);
    source.addEventListener('open', () => { heard = Date.now(); state('live', words.now); });
    source.addEventListener('change', (event) => {
      heard = Date.now();
      state('live', words.now);
      const { parts } = JSON.parse(event.data);
      for (const [key, html] of Object.entries(parts)) put(key, html);
    });
    source.addEventListener('reset', () => location.reload());
    source.addEventListener('error', () => {
      stale();
      if (source?.readyState === EventSource.CLOSED) comeAgain(source);
    });
  };

  pause.hidden = false;
  pause.addEventListener('click', () => {
    paused = !paused;
    pause.textContent = paused ? pause.dataset.resume : pause.dataset.pause;
    if (paused) { close(); state('paused', words.paused); } else open();
    say.textContent = paused ? words.paused : words.now;
  });
  addEventListener('pagehide', close);
  addEventListener('pageshow', (event) => { if (event.persisted && !paused) open(); });
  if (live.dataset.feed) {
    for (const part of document.querySelectorAll('[data-live]')) last.set(part.dataset.live, part.innerHTML);
  }
  state('wait', words.connecting);
  open();
}
