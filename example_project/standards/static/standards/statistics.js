// Stands for the script of a statistics product on the site's own server. It runs only where "statistics" is granted:
// the page carries it as {% privacy_script "statistics" … %}. Like such products it remembers a returning visitor.
(() => {
  "use strict";
  const name = "_pk_id.1.demo";
  if (document.cookie.split("; ").some((pair) => pair.startsWith(`${name}=`))) return;
  const id = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  document.cookie = `${name}=${id}; Path=/; Max-Age=33955200; SameSite=Lax`;
})();
