// privacyVisits.page(path) tells the site which of its pages a single-page application shows now. It reads nothing of
// the browser and keeps nothing in it; whether the visit is counted is decided on the server, as for every page.
(function (to) {
  var last = location.pathname;
  window.privacyVisits = {
    page: function (path) {
      path = String(path || location.pathname).split(/[?#]/)[0];
      if (path === last) return;
      last = path;
      fetch(to, { method: "POST", keepalive: true, body: new URLSearchParams({ path: path }) }).catch(function () {});
    },
  };
})(document.currentScript.dataset.to);
