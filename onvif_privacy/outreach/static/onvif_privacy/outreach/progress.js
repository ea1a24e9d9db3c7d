// Keeps the progress of a campaign fresh; without script a link does so.
(() => {
  const place = document.getElementById("outreach-progress");
  if (!place) return;
  const look = async () => {
    if (document.hidden) return;
    const answer = await fetch(place.dataset.address, { credentials: "same-origin" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (fresh.body.textContent.trim() === place.textContent.trim()) return;
    place.replaceChildren(...fresh.body.childNodes);
  };
  setInterval(look, 5000);
})();
