// The bar's posts and the settings dialog: loaded while something is undecided, when the settings are opened, and when
// a cookie is here that no grant covers.
export const start = (gate) => {
  const { config } = gate;
  // Asked for each time, because routers exchange them
  const told = () => document.querySelector('#privacy-status');
  const bar = () => document.querySelector('.privacy-bar form');
  const keys = new WeakMap();
  let dialog;
  let busy = false;

  const say = (name) => {
    const status = told();
    if (status) status.textContent = status.dataset[name] || name;
  };
  const uuid = () => crypto.randomUUID?.() ?? ''; // absent on plain http: the server makes one
  const blocked = () => {
    try {
      return !navigator.cookieEnabled || !sessionStorage;
    } catch {
      return true; // Chromium 156 says that cookies are enabled and refuses the storage
    }
  };
  const entry = !document.referrer.startsWith(location.origin + '/');

  const post = async (path, body) => {
    const answer = await fetch(config.settings + path, { method: 'POST', body, headers: { Accept: 'application/json' } });
    const content = await answer.json().catch(() => ({}));
    if (!answer.ok) throw Object.assign(new Error(content.message || ''), { code: content.error || answer.status });
    return content;
  };

  const fields = (action, slugs = []) => {
    const body = new URLSearchParams(new FormData(bar())); // what this page has shown
    body.set('action', action);
    body.set('surface', 'page');
    body.set('key', uuid());
    for (const slug of slugs) body.append('purpose', slug);
    return body;
  };

  // What this browser holds: cookies by name, storage with l: and s: before the key.
  const held = () => {
    const names = document.cookie.split('; ').map((cookie) => cookie.split('=')[0]);
    for (const [prefix, store] of [['l:', localStorage], ['s:', sessionStorage]]) names.push(...Object.keys(store).map((key) => prefix + key));
    return names.filter(Boolean);
  };
  const rules = config.patterns.split(' ').filter(Boolean).map((rule) => {
    const [slug, names] = rule.split('=');
    return [slug, new RegExp(`^(${names})$`)];
  });
  const owner = (name) => rules.find(([, names]) => names.test(name))?.[0];
  const unwanted = (allows) => held().filter((name) => owner(name) && !allows(owner(name)));

  // Cookies go by repeated posts, because one answer holds only so many headers; storage goes here.
  const sweep = async (left, allows = gate.allows) => {
    let after = '';
    for (let round = 0; round < 20; round += 1) {
      for (const name of unwanted(allows)) {
        if (name.startsWith('l:')) localStorage.removeItem(name.slice(2));
        else if (name.startsWith('s:')) sessionStorage.removeItem(name.slice(2));
        else if (!round) left = 1;
      }
      if (!left) return;
      ({ left, after } = await post('sweep/', new URLSearchParams({ after, page: location.pathname })));
    }
  };

  const fail = (form, { code = 'offline', message }) => {
    const status = told();
    const text = (code !== 'offline' && message) || status?.dataset.failed || '';
    const place = form?.querySelector('.privacy-message');
    if (place) {
      place.textContent = text + ' ';
      if (code === 'outdated' || code === 'confirm') {
        const link = place.appendChild(document.createElement('a')); // the settings page is never cached
        link.href = config.settings;
        link.textContent = document.querySelector('[data-privacy-open]')?.textContent || link.href;
      }
      place.hidden = false;
      place.scrollIntoView({ block: 'nearest' });
    } else if (status) status.textContent = text;
    gate.fire('error', { code, message: text });
    return false;
  };

  // Nothing is unlocked until the server has answered and the browser shows the new choice. True when it holds.
  const decide = async (body, form) => {
    if (busy) return false;
    busy = true;
    try {
      const before = gate.states();
      const { state, left } = await post('choice/', body);
      const lost = !document.cookie.includes(config.cookie + '=');
      if (lost && !blocked()) sessionStorage.privacy_declined = 1;
      const withdrawn = Object.keys(before).some((slug) => before[slug] === 'granted' && state[slug] !== 'granted');
      if (withdrawn || left) await sweep(1, (slug) => slug === 'necessary' || state[slug] === 'granted').catch(() => {});
      gate.apply('choice');
      if (lost && Object.values(state).includes('granted')) return fail(form, { code: 'lost', message: told()?.dataset.lost });
      dialog?.close();
      say(lost ? 'lost' : 'saved');
      if (form?.closest('.privacy-bar')) document.querySelector('.privacy-control a')?.focus({ preventScroll: true });
      if (withdrawn) location.reload(); // what was started in the site's own way runs on otherwise
      return true;
    } catch (error) {
      // The same key again only while nobody knows whether the first attempt arrived.
      if (error.code) keys.delete(form);
      return fail(form, error);
    } finally {
      busy = false;
    }
  };

  // XMLHttpRequest parses HTML without a Trusted Types sink and runs nothing of it.
  const fetched = (url) => new Promise((done, refuse) => {
    const request = new XMLHttpRequest();
    request.open('GET', url);
    request.responseType = 'document';
    request.onload = () => (request.status === 200 ? done(request.response.querySelector('dialog')) : refuse());
    request.onerror = refuse;
    request.send();
  });

  const close = () => dialog?.close();
  const open = async () => {
    if (!dialog) {
      dialog = document.importNode(await fetched(config.dialog), true);
      dialog.querySelector('.privacy-close').addEventListener('click', close);
      dialog.addEventListener('close', () => {
        dialog.remove(); // routers would remember it as a part of the page
        gate.fire('close');
      });
    }
    if (dialog.isConnected && dialog.open) return;
    dialog.open = false; // a router took it away with its page
    document.body.append(dialog);
    for (const input of dialog.querySelectorAll('[name=purpose]')) input.checked = gate.allows(input.value);
    dialog.querySelector('.privacy-message').hidden = true;
    dialog.showModal();
    gate.fire('open');
  };

  const submit = async (form, button) => {
    const body = new URLSearchParams(new FormData(form, button));
    const kept = Object.entries(gate.states()).filter(([, state]) => state === 'granted');
    if (form === bar() && body.get('action') === 'decline' && kept.length) {
      body.set('action', 'save'); // asked about what changed alone, so the rest stays
      for (const [slug] of kept) body.append('purpose', slug);
    }
    if (!keys.has(form)) keys.set(form, uuid());
    body.set('key', keys.get(form));
    if (body.get('action') === 'choose') return open().catch(() => location.assign(config.settings));
    if (await decide(body, form)) keys.delete(form);
  };

  const root = document.documentElement;
  if (blocked()) {
    // Told on coming from elsewhere; not on reloading, not on the pages after.
    if (entry && performance.getEntriesByType('navigation')[0]?.type === 'navigate') {
      told().className = 'privacy-told';
      say('lost');
    }
  } else if (!root.hasAttribute('data-privacy-decided')) {
    say(document.querySelector('#privacy-asks')?.textContent);
    // Counts entries, not people: no credentials, nothing stored, not from page to page.
    if (config.shown && entry) {
      fetch(config.settings + 'shown/', { method: 'POST', body: fields(''), credentials: 'omit', keepalive: true }).catch(() => {});
    }
  }
  if (gate.unrecorded) decide(fields('record'));
  else if (!blocked()) sweep(0).catch(() => {});
  if (rules.length && gate.allows(config.report)) {
    const names = held().filter((name) => !owner(name)).slice(0, 20).map((name) => name.slice(0, 64));
    if (names.length) post('names/', new URLSearchParams(names.map((name) => ['name', name]))).catch(() => {});
  }

  return {
    submit, open, close,
    accept: (slugs) => decide(slugs ? fields('allow', slugs) : fields('accept')),
    refuse: () => decide(fields('decline')),
    withdraw: (slug) => decide(fields('withdraw', slug ? [slug] : [])),
  };
};
