/**
 * Every address that is a page, as react-router writes patterns. The pages draw exactly these (web/src/routes.tsx),
 * and the gateway knows by them which address is nothing at all. It imports nothing, so that both can read it.
 */
export const PAGE = {
  catalogue: '/',
  product: '/products/:id',
  cart: '/cart',
  signIn: '/sign-in',
  orders: '/orders',
  order: '/orders/:id',
  account: '/account',
  admin: '/admin',
  adminProducts: '/admin/products',
  adminProduct: '/admin/products/:id',
  adminOrders: '/admin/orders',
  adminOrder: '/admin/orders/:id',
  adminPeople: '/admin/people',
  adminSystem: '/admin/system',
} as const

/** As react-router reads them: without regard to case, and to a stroke at the end. */
const PATTERNS = Object.values(PAGE).map(
  (pattern) => new RegExp(`^${pattern.replaceAll(/:\w+/g, '[^/]+').replace(/\/$/, '')}/?$`, 'i'),
)

/** Is there a page at this path (without its query)? */
export const isPageAddress = (path: string): boolean => PATTERNS.some((pattern) => pattern.test(path))
