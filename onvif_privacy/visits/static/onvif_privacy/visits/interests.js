// Lazy content: the page is the same for everybody, and one request asks which of its subject areas the visitor is
// interested in. Who has made no choice is a stranger, and nothing is asked.
(function (to) {
  if (window.privacyInterests || document.cookie.indexOf("privacy_state=") < 0) return;
  window.privacyInterests = true;
  var places = Array.from(document.querySelectorAll("[data-privacy-interest]"));
  var areas = new URLSearchParams();
  new Set(places.map(function (place) { return place.dataset.privacyInterest; })).forEach(function (area) {
    areas.append("area", area);
  });
  fetch(to + "?" + areas, { credentials: "same-origin" })
    .then(function (answer) { return answer.ok ? answer.json() : { interested: [] }; })
    .then(function (found) {
      places.forEach(function (place) {
        var content = place.querySelector(":scope > template");
        if (content && found.interested.indexOf(place.dataset.privacyInterest) >= 0) {
          place.replaceChildren(content.content);
        }
      });
    })
    .catch(function () {});
})(document.currentScript.dataset.to);
