// Before the first paint.
{
  const root = document.documentElement
  // The visitor's choice of light or dark, when it differs from the system's.
  try {
    const chosen = localStorage.getItem('shop.theme')
    if (chosen === 'light' || chosen === 'dark') root.dataset.theme = chosen
  } catch {}
  // What was served for readers without scripts is hidden until the app replaces it, so nothing moves. If that takes longer,
  // on a slow line or because the app failed, it is shown.
  root.classList.add('starting')
  setTimeout(() => root.classList.remove('starting'), 2500)
}
