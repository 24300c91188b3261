/**
 * The address of every page, as patterns of react-router. The pages render exactly these (web/src/routes.tsx), and the
 * gateway answers 404 at any other address. This file imports nothing, so that both can import it.
 */
export const PAGE = {
  catalogue: '/',
  category: '/categories/:slug',
  product: '/products/:id',
  cart: '/cart',
  checkout: '/checkout',
  signIn: '/sign-in',
  orders: '/orders',
  /** Links in mails of guests' orders have a token after the `#`. */
  order: '/orders/:id',
  findOrder: '/find-order',
  account: '/account',
  forgotPassword: '/forgot_password',
  /** Links in mails lead to these two; their token is after the `#`. */
  resetPassword: '/reset_password',
  verifyEmail: '/verify_email',
  legal: '/pages/:slug',
  withdraw: '/withdraw',
  admin: '/admin',
  adminProducts: '/admin/products',
  adminProduct: '/admin/products/:id',
  adminCategories: '/admin/categories',
  adminDrafts: '/admin/drafts',
  adminGroups: '/admin/groups',
  adminGroup: '/admin/groups/:id',
  adminOrders: '/admin/orders',
  adminOrder: '/admin/orders/:id',
  adminFindOrders: '/admin/find-orders',
  adminSlips: '/admin/packing-slips',
  adminReturns: '/admin/returns',
  adminWithdrawals: '/admin/returns/withdrawals',
  adminPeople: '/admin/people',
  adminBuyer: '/admin/people/orders',
  adminImport: '/admin/import',
  adminLog: '/admin/log',
  adminSettings: '/admin/settings',
  adminCheckout: '/admin/checkout',
  adminWebhooks: '/admin/webhooks',
  adminEndpoint: '/admin/webhooks/:id',
  adminEvents: '/admin/events',
  adminSystem: '/admin/system',
} as const

/** Those that search engines may show. */
const PUBLIC: readonly string[] = [PAGE.catalogue, PAGE.category, PAGE.product, PAGE.legal, PAGE.withdraw]

/** As react-router matches them: case-insensitive, and with an optional slash at the end. */
const asRegExp = (pattern: string) =>
  new RegExp(`^${pattern.replaceAll(/:\w+/g, '[^/]+').replace(/\/$/, '')}/?$`, 'i')
const PATTERNS = Object.values(PAGE).map(asRegExp)
const PUBLIC_PATTERNS = PUBLIC.map(asRegExp)

/** `path` has no query. */
export const isPageAddress = (path: string): boolean => PATTERNS.some((pattern) => pattern.test(path))

export const isPublicPage = (path: string): boolean => PUBLIC_PATTERNS.some((pattern) => pattern.test(path))
