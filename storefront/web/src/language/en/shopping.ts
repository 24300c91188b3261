import type { ReactNode } from 'react'
import { plurals, sentence } from '../sentence.ts'

const count = plurals('en')

export const catalogue = {
  title: 'Shop',
  search: 'Search products',
  inStock: 'In stock',
  sortBy: 'Sort by',
  sorts: {
    relevance: 'Best match',
    newest: 'Newest first',
    price: 'Price, low to high',
    '-price': 'Price, high to low',
    name: 'Name, A to Z',
  },
  quoted: (text: string) => `“${text}”`,
  corrected: (asked: ReactNode, shown: ReactNode) =>
    sentence`No results for “${asked}”. Showing results for “${shown}”.`,
  products: 'Products',
  empty: 'The shelves are still empty',
  emptyMore: 'As soon as the shopkeeper adds products, they appear here.',
  nothing: 'Nothing found',
  nothingMore: 'Try fewer or other words; the beginning of a word is enough.',
  showAll: 'Show everything',
  breadcrumbs: 'Where this page is',
  noCategory: 'There is no such category',
  noCategoryMore: 'It may have been removed, or the address is wrong.',
  categories: 'Categories',
  filters: 'Filters',
  noFilters: 'Filters are not available at the moment.',
  unfiltered: 'This list is not filtered',
  unfilteredMore: 'Filters are not available at the moment; you see all products.',
  chosen: 'Chosen filters',
  without: 'Remove',
  clear: 'Clear all',
  fewer: 'Show fewer',
  allValues: (n: number) => count(n, { other: 'Show all #' }),
  price: 'Price',
  priceMin: 'Lowest price',
  priceMax: 'Highest price',
  priced: (min: string | undefined, max: string | undefined) =>
    min === undefined ? `up to ${max}` : max === undefined ? `from ${min}` : `${min} to ${max}`,
  apply: 'Apply',
  found: (n: number, shown: string) => count(n, { one: '1 product', other: `${shown} products` }),
  show: (n: number, shown: string) => count(n, { one: 'Show 1 product', other: `Show ${shown} products` }),
  pageOf: (page: string, pages: string) => `page ${page} of ${pages}`,
}

export const home = {
  welcome: (shop: string) => `Welcome to ${shop}`,
  promise: 'Every price is what you pay, and every number in stock is counted, not guessed.',
  categories: 'What are you looking for?',
  latest: 'New in the shop',
  runningOut: 'Running out',
  runningOutMore: 'The newest products of which only a few are left.',
}

export const stock = {
  none: 'Sold out',
  last: 'Last one',
  few: (n: number) => count(n, { other: 'Only # left' }),
  many: (n: number) => count(n, { other: '# in stock' }),
}

export const product = {
  gone: 'We do not sell this product',
  goneMore: 'It may no longer be sold, or the address is wrong.',
  promise: 'You pay the price you see. If it changes before your order is placed, we ask you first.',
  back: 'Back to the shop',
  live: 'Live: this number changes when someone buys.',
  asOf: (ago: ReactNode) => sentence`As of ${ago}. We cannot update it right now.`,
  soldOut: 'Sold out for now',
  soldOutMore: 'This page shows it as soon as more arrive.',
  added: 'In your cart',
  showCart: 'Show cart',
  add: 'Add to cart',
  allInCart: 'All of them are in your cart',
  cartFull: 'Your cart is full',
  cartFullMore: (n: number) =>
    count(n, { other: 'A cart holds at most # different products. Please order these first.' }),
  inCart: (n: number, cart: (text: string) => ReactNode) =>
    sentence`${count(n, { other: '#' })} already in ${cart('your cart')}.`,
  before: 'Before:',
  lowest30: (price: ReactNode) => sentence`Lowest price of the 30 days before the reduction: ${price}`,
  from: (price: ReactNode) => sentence`from ${price}`,
  versions: (n: number) => count(n, { one: '# version', other: '# versions' }),
  choose: (option: string) => `Choose: ${option}`,
  notCombined: 'not with the rest of your choice',
  noSuchVersion: 'There is no such combination',
  noSuchVersionMore: 'Values that are crossed out do not go with the rest of your choice.',
  versionSoldOut: 'This combination is sold out for now',
  versionSoldOutMore: 'Values with a dashed edge are sold out; the others are here.',
  details: 'Details',
  weight: 'Weight',
  sku: 'Item number',
  gtin: 'GTIN',
  related: 'More like this',
  more: 'More from the shop',
}

export const picture = {
  all: 'Pictures',
  enlarge: 'Enlarge',
  larger: 'Look closer',
  smaller: 'Show the whole picture',
  show: (n: number, of: number, what: string) => `Picture ${n} of ${of}: ${what}`,
  count: (n: number, of: number) => `${n} / ${of}`,
  previous: 'Previous picture',
  next: 'Next picture',
}

export const cart = {
  tab: 'Cart',
  title: 'Your cart',
  summary: 'Summary',
  noExtraCosts: 'No extra costs',
  costsAtCheckout: 'Shipping is added at the checkout',
  checkOut: 'Check out',
  acceptAndCheckOut: 'Accept and check out',
  order: 'Place order',
  acceptAndOrder: 'Accept and order',
  signInToOrder: 'Sign in to order',
  asGuest: 'Buy without an account',
  onlyUpdate: 'Only update my cart',
  empty: 'Your cart is empty',
  emptyMore: 'Products that you add stay here, even when you close the page.',
  browse: 'Browse the shop',
  elsewhere: 'Your cart changed in another tab',
  elsewhereEmpty: 'The other tab ordered or emptied this cart. This tab ordered nothing.',
  seeOrders: 'See your orders',
  removed: 'Removed from your cart',
  putBack: 'Put back',
  change: (name: ReactNode) => sentence`Change ${name}`,
  quantityOf: (name: string) => `Quantity of ${name}`,
  remove: (name: string) => `Remove ${name}`,
  each: (price: ReactNode) => sentence`${price} each`,
  before: 'It was',
  gone: 'No longer sold',
  forLeft: (n: number) => count(n, { other: 'for the # left' }),
  changed: 'Something has changed in the meantime',
  changedWhileOrdering: 'Something changed while you were ordering. Nothing was bought.',
  isGone: (name: ReactNode) => sentence`${name} is no longer sold.`,
  costsNow: (name: ReactNode, now: ReactNode, before: string) =>
    sentence`${name} costs ${now} now; it was ${before}.`,
  justSoldOut: (name: ReactNode) => sentence`${name} has just sold out.`,
  onlyLeft: (name: ReactNode, left: number, shown: ReactNode, wanted: string) =>
    sentence`Of ${name} only ${shown} ${count(left, { one: 'is', other: 'are' })} left; you wanted ${wanted}.`,
}

export const checkout = {
  signedOut: 'Your session ended while you were ordering',
  signedOutMore: 'Sign in again. We then check first whether your order arrived, so nothing is bought twice.',
  asking: 'Checking whether your order arrived',
  askingMore: 'One moment.',
  noAnswer:
    'There was no answer. We keep checking, and nothing is bought twice. You can also close this page and come back.',
  missing: 'Your order did not reach us',
  missingMore: 'We checked: the order does not exist, and nothing was bought. It is safe to send it again.',
  sendAgain: 'Send it again',
  backToCart: 'Back to the cart',
  elsewhereMore: 'The other tab ordered or changed this cart. This tab ordered nothing.',
  notStored: 'Your browser could not save the order',
  notStoredMore:
    'Nothing was sent. We save an order in the browser before we send it, so that it is never made twice. Please free some space, or order from another browser.',
  nothingBought: 'Nothing was bought',
  nothingBoughtMore:
    'The price or the stock had just changed. What you see now is up to date; you can order again.',
  long: 'This is taking longer than usual',
  longMore: 'Please wait. However often your order has to be sent, it is made only once.',
}
