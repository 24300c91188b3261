import { plurals } from '../sentence.ts'

const count = plurals('en')

/** What several pages have. */
export const common = {
  close: 'Close',
  dismiss: 'Dismiss',
  tryAgain: 'Try again',
  toTheShop: 'To the shop',
  allOrders: 'All orders',
  pages: 'Pages',
  previous: 'Previous',
  next: 'Next',
  firstPage: 'First page',
  total: 'Total',
  product: 'Product',
  quantity: 'Quantity',
  oneMore: 'One more',
  oneLess: 'One less',
  items: (n: number) => count(n, { one: '# item', other: '# items' }),
  late: 'This is taking longer than usual …',
  stale: (time: string) => `We cannot update this right now; it is as of ${time}.`,
}

/** Announced to screen readers. */
export const loading = {
  page: 'Loading the page …',
  products: 'Loading products …',
  product: 'Loading the product …',
  orders: 'Loading your orders …',
  order: 'Loading the order …',
}

export const layout = {
  skip: 'Skip to content',
  main: 'Main',
  admin: 'Admin',
  orders: 'Orders',
  signIn: 'Sign in',
  cart: 'Cart',
  accountOf: (name: string) => `Account of ${name}`,
  cartEmpty: 'Cart, empty',
  cartWith: (n: number) => count(n, { one: 'Cart, # item', other: 'Cart, # items' }),
  promise: (shop: string) =>
    `${shop} sells only what it has, at the price it shows, and never loses an order it took.`,
  legal: 'About the shop',
  withdraw: 'Withdraw from contract here',
  announcement: 'Announcement',
  colours: 'Colours',
  themes: { system: 'System', light: 'Light', dark: 'Dark' },
  language: 'Language',
  languageNotLoaded: 'The language could not be loaded',
  offline: 'You are offline. This page may be out of date; your cart is saved.',
  openOrder: 'An open order',
  orderUnknown: 'We do not know yet whether your last order arrived.',
  checkOrder: 'Check the order',
  brokenTitle: 'This page could not be shown',
  broken: 'The connection may have been lost, or the shop was just updated. Your cart and orders are safe.',
  loadAgain: 'Load it again',
  nothingHere: 'There is nothing at this address',
  nothingHereMore: 'The page may have moved, or it never existed.',
  shopkeepersOnly: 'This part is for shopkeepers',
}
