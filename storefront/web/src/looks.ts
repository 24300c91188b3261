/**
 * How the top of a page is laid out. The app uses these classes, and so does the gateway in the pages that it serves
 * (src/pages/served_top.ts): what visitors see before the app has started is then in the same place as after it. This file imports
 * nothing, so that the gateway can import it.
 */
export const SHELL = 'flex min-h-dvh flex-col'
export const ANNOUNCEMENT = 'bg-accent text-on-accent'
export const ANNOUNCEMENT_TEXT = 'page py-2 text-center text-sm font-semibold'
export const HEADER = 'sticky top-0 z-30 border-b border-line bg-ground'
export const HEADER_ROW = 'page flex min-h-16 items-center gap-1 sm:gap-2'
export const BRAND =
  'me-auto -ms-1 flex min-w-0 min-h-11 items-center gap-2.5 rounded-md px-1 text-lg font-bold tracking-tight'
export const LOGO = 'box-content shrink-0 rounded-md bg-plate p-1'
export const MAIN = 'min-h-[calc(100dvh-4rem)] flex-1 pb-16 outline-none'

export const TITLE_ROW = 'flex flex-wrap items-end justify-between gap-4'
const TITLE = 'min-w-0 font-semibold outline-none'
export const PAGE_TITLE = `${TITLE} text-3xl`
/** On the home page. */
export const LARGE_TITLE = `${TITLE} text-4xl sm:text-5xl`

export const CRUMBS = '-ms-1 flex flex-wrap items-center gap-x-1 text-sm text-soft'
export const CRUMB = 'inline-flex min-h-11 items-center rounded-sm px-1 hover:text-ink hover:underline'

export const CATALOGUE = 'page grid gap-8 pt-6 sm:pt-8'
export const CATALOGUE_TOP = 'grid gap-6'
export const HERO =
  'grid items-center gap-8 overflow-hidden rounded-xl bg-accent-soft px-6 py-9 sm:px-12 sm:py-14 md:grid-cols-[1.35fr_1fr]'
export const HEADING = 'grid min-w-0 gap-3'
export const WELCOME = 'font-semibold text-accent'
export const PROMISE = 'max-w-prose text-lg text-ink'
export const CATEGORY_TEXT = 'max-w-prose whitespace-pre-line text-soft'
export const COLLAGE = 'hidden aspect-[3/2] grid-cols-2 grid-rows-2 gap-3 md:grid'
export const COLLAGE_PLACE = 'overflow-hidden rounded-lg bg-ground'
/** Each is smaller than the heading, so that the largest thing in the window is there from the start. */
export const COLLAGE_PLACES = 4

export const ITEM = 'page grid gap-6 pt-4 sm:gap-8 sm:pt-8 md:grid-cols-2 md:gap-x-14 md:gap-y-6'
export const ITEM_PATH = '-mb-4 flex min-w-0 flex-wrap items-center justify-between gap-x-6 md:col-span-2'
export const BACK =
  '-ms-2 inline-flex min-h-11 items-center gap-2 justify-self-start rounded-md px-2 text-sm font-semibold text-soft hover:text-ink'
export const GALLERY = 'grid min-w-0 content-start gap-3 self-start md:sticky md:top-24'
/** On a phone the price is visible without scrolling. */
export const PICTURE_FRAME = 'aspect-[4/3] w-full rounded-xl md:aspect-square'
export const PICTURE_SIZES = '(min-width: 76rem) 33rem, (min-width: 48rem) 45vw, 92vw'
export const THUMBS = 'flex flex-wrap gap-2.5'
export const THUMB =
  'block size-16 overflow-hidden rounded-md border-2 bg-sunken transition-colors sm:size-20'
export const ITEM_WORDS = 'grid content-start gap-5'
export const ITEM_TEXT = 'max-w-prose text-lg whitespace-pre-line text-soft'
export const PRICE = 'text-2xl'
export const REDUCED = 'grid gap-1'
export const REDUCED_ROW = 'flex flex-wrap items-baseline gap-x-2.5'
export const SHARE = 'tabular rounded-full bg-bad-soft px-2.5 py-0.5 text-sm font-semibold text-bad'
