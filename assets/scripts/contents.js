// Marks in the list of contents the part that is being read.

export function followReading() {
  const links = new Map([...document.querySelectorAll(".contents a[href^='#']")].map((link) => [link.hash.slice(1), link]));
  if (!links.size || !("IntersectionObserver" in window)) return;
  const observer = new IntersectionObserver((entries) => entries.filter(isBeingRead).forEach(mark), {
    rootMargin: "-10% 0px -70% 0px",
  });
  for (const id of links.keys()) {
    const part = document.getElementById(id);
    if (part) observer.observe(part);
  }

  function mark(entry) {
    for (const [id, link] of links) {
      if (id === entry.target.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }
}

const isBeingRead = (entry) => entry.isIntersecting;
