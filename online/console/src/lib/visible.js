// use:visible={callback}: tells when an element comes into or leaves view, and when its size changes while in view.
export function visible(element, { changed, resized }) {
  const watcher = new IntersectionObserver((entries) => changed(entries[entries.length - 1].isIntersecting), {
    rootMargin: '100px',
  });
  const sizes = new ResizeObserver(() => resized());
  watcher.observe(element);
  sizes.observe(element);
  return {
    destroy() {
      watcher.disconnect();
      sizes.disconnect();
    },
  };
}
