// Tells Google's tags what was chosen (Consent Mode v2): all denied before any tag, then what each purpose says.
(() => {
  if (window.privacySignals) return; // a router ran it again
  const rules = document.currentScript.dataset.signals.split(' ').map((rule) => rule.split('='));
  const { allows } = window.privacyCookies;
  const tags = (window.dataLayer ||= []);
  function tell() {
    tags.push(arguments); // the tags read nothing else
  }
  const granted = ([, slugs]) => slugs && slugs.split(',').every(allows);
  const told = (holds) => Object.fromEntries(rules.map((rule) => [rule[0], holds(rule) ? 'granted' : 'denied']));
  const update = () => tell('consent', 'update', told(granted));
  window.privacySignals = update;
  tell('consent', 'default', { ...told(() => false), security_storage: 'granted' });
  if (rules.some(granted)) update(); // on another day
  document.addEventListener('privacy:change', update);
})();
