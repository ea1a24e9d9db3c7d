// Reads the choice before painting; starts what was granted. Its reasons stand in banner.html.
(() => {
  if (window.privacyCookies) return window.privacyCookies.scan();
  const root = document.documentElement;
  const { dataset: config, nonce } = document.currentScript;
  const words = (text) => text.split(' ');
  const purposes = words(config.purposes).map((word) => word.split('.')); // [slug, generation]
  const covered = words(config.gpcCovered);
  const gpc = navigator.globalPrivacyControl === true;
  const started = [];
  let found = {};
  let declined = !navigator.cookieEnabled;
  let cookies = [];
  let unrecorded;

  const parse = (cookie) => {
    const [format, mark, issued, choices, flag] = cookie.slice(config.cookie.length + 1).split('|');
    const age = Date.now() / 1000 - parseInt(issued, 36);
    if (format !== '1' || !words(config.keyMark).includes(mark) || !(age > -300 && age < config.maxAge)) return '';
    unrecorded = flag;
    return choices;
  };

  const judge = (choices, slug, generation) => {
    const signal = gpc && covered.includes(slug);
    const holds = (sign) => choices.split('.').includes(slug + sign);
    if (holds('!') || !/[+*]|^$/.test(choices)) return 'refused choice';
    if (holds('*' + generation) || (!signal && holds('+' + generation))) return 'granted choice';
    return signal ? 'refused gpc' : choices.includes(slug) ? 'undecided outdated' : 'undecided none';
  };

  const look = () => {
    try {
      cookies = document.cookie.split('; ');
      declined ||= sessionStorage.privacy_declined;
    } catch {
      declined = true;
    }
    const all = cookies.filter((cookie) => cookie.startsWith(config.cookie + '=')).map(parse);
    if (!all.length) all.push(declined ? '!' : '');
    found = { necessary: 'granted necessary' };
    for (const [slug, generation] of purposes) {
      const judged = all.map((choices) => judge(choices, slug, generation));
      found[slug] = judged.find((one) => /^r/.test(one)) || judged.find((one) => /^u/.test(one)) || judged[0];
    }
  };

  const ruling = (slug) => words(found[slug] || 'undecided none');
  const state = (slug) => ruling(slug)[0];
  const why = (slug) => ruling(slug)[1];
  const allows = (slug) => state(slug) === 'granted';
  const states = () => Object.fromEntries(purposes.map(([slug]) => [slug, state(slug)]));
  const fire = (name, detail) => document.dispatchEvent(new CustomEvent('privacy:' + name, { detail }));

  const same = (text) => text;
  let trust = { createScriptURL: same, createScript: same };
  let queue = Promise.resolve().then(() => {
    trust = window.trustedTypes?.createPolicy('onvif-privacy', trust) || trust;
  });
  const begin = (slug) => {
    if (slug) started.push(slug);
    root.dataset.hxHistory = false;
  };
  const run = (node) => {
    const { privacy, src, type } = node.dataset;
    const slug = privacy.replace('!', '');
    if (state(slug) !== (slug === privacy ? 'granted' : 'refused')) return;
    if (nonce && node.nonce !== nonce) return;
    begin(slug === privacy && slug);
    node.removeAttribute('data-privacy');
    const script = node.cloneNode(true);
    script.ran = true;
    script.dataset.turboEval = false;
    script.type = type || '';
    script.async = node.hasAttribute('async');
    queue = queue.then(() => new Promise((done) => {
      script.onload = script.onerror = done;
      if (src) script.src = trust.createScriptURL(src);
      else script.text = trust.createScript(node.text);
      node.replaceWith(script);
      if (script.async || !(src || type)) done();
    }));
  };

  const load = (embed, slug) => {
    const frame = document.createElement('iframe');
    if (!/^https?:/.test(new URL(embed.dataset.src, document.baseURI))) return;
    begin(slug);
    frame.className = 'privacy-frame';
    for (const name of ['src', 'title', 'allow', 'width', 'height']) frame.setAttribute(name, embed.dataset[name] || '');
    embed.replaceWith(frame);
  };

  const scan = (scope = document) => {
    if (root.matches('[data-turbo-preview]')) return;
    const scripts = [];
    for (const node of scope.querySelectorAll('[data-privacy]')) {
      const { privacy, src } = node.dataset;
      if (node.localName !== 'script') {
        node.dataset.privacyIs = state(privacy);
        if (src && allows(privacy)) load(node, privacy);
      } else if (node.type !== 'text/plain') console.warn('data-privacy blocks only type="text/plain"', node);
      else if (!node.ran) scripts.push(node);
    }
    const late = (node) => node.defer || node.dataset.type === 'module';
    if (document.readyState !== 'loading') scripts.sort((one, other) => late(one) - late(other)).forEach(run);
  };

  const apply = (cause) => {
    const before = states();
    look();
    const after = states();
    root.dataset.privacyGranted = Object.keys(after).filter(allows).join(' ');
    root.toggleAttribute('data-privacy-decided', !Object.values(after).includes('undecided'));
    if (!started.every(allows)) return location.reload();
    scan();
    if (cause && JSON.stringify(before) !== JSON.stringify(after)) fire('change', { before, after, cause });
  };

  let loading;
  const panel = () => (loading ||= import(config.panel).then((module) =>
    module.start({ config, states, allows, apply, fire, unrecorded })));
  const ask = (name) => (value) => panel().then((parts) => parts[name](value));
  const open = () => ask('open')().catch(() => location.assign(config.settings));
  window.privacyCookies = { allows, state, why, gpc, scan, open };
  for (const name of ['close', 'accept', 'refuse', 'withdraw']) window.privacyCookies[name] = ask(name);

  const take = (event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener('click', (event) => {
    const hit = event.target.closest('[data-privacy-open],.privacy-once');
    if (!hit || event.ctrlKey || event.metaKey) return;
    take(event);
    if (hit.matches('.privacy-once')) load(hit.closest('[data-src]'));
    else open();
  }, true);
  let plain;
  addEventListener('submit', (event) => {
    const { target: form, submitter } = event;
    if (plain || !form.matches('.privacy-form')) return;
    take(event);
    panel().then((parts) => parts.submit(form, submitter), () => {
      plain = true;
      setTimeout(() => form.requestSubmit(submitter));
    });
  }, true);
  for (const name of ['pageshow', 'visibilitychange', 'turbo:render']) addEventListener(name, () => apply(name));
  new MutationObserver(() => scan()).observe(root, { childList: true, subtree: true });
  addEventListener('DOMContentLoaded', () => {
    scan();
    fire('ready', states());
    const rules = words(config.patterns).map((rule) => rule.split('=')).filter(([slug]) => allows(slug));
    const known = new RegExp(`^(${rules.map(([, names]) => names).join('|')})=`);
    const strange = config.patterns && cookies.some((cookie) => cookie && !known.test(cookie));
    if (declined || unrecorded || strange || !root.matches('[data-privacy-decided]')) panel();
  });

  root.toggleAttribute('data-privacy-gpc', gpc && covered[0] > '');
  apply();
})();
