// Before the first paint: the visitor's choice of light or dark, when it differs from the system's.
try {
  const chosen = localStorage.getItem('shop.theme')
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen
} catch {}
