import { access } from './admin_access.ts'
import { bulk, filters, groups, pictures, views } from './admin_catalogue.ts'
import { categories } from './admin_categories.ts'
import { checkout } from './admin_checkout.ts'
import { fields } from './admin_fields.ts'
import { find, slips } from './admin_find.ts'
import { imports } from './admin_import.ts'
import { buyer, tracking } from './admin_orders.ts'
import { payment } from './admin_payments.ts'
import { conflict, grid, newProduct, productPage, products, stock } from './admin_products.ts'
import { returns } from './admin_returns.ts'
import { settings } from './admin_settings.ts'
import { board, customers, log, order, overview, shipping, system } from './admin_shop.ts'
import { deliveries, events, webhooks } from './admin_webhooks.ts'

const nav = {
  label: 'Admin',
  overview: 'Overview',
  products: 'Products',
  categories: 'Categories',
  orders: 'Orders',
  returns: 'Returns',
  people: 'Customers',
  import: 'Import',
  log: 'Log',
  checkout: 'Taxes and shipping',
  settings: 'Settings',
  webhooks: 'Webhooks',
  system: 'System',
}

/** What several admin pages have. */
const common = {
  shopItself: 'The shop itself',
  price: 'Price',
  changes: 'Changes',
  when: 'When',
  by: 'By',
  readOn: 'We could not read on',
  asTable: 'As a table',
  showAll: 'Show all',
  empty: 'empty',
  keep: 'Keep it',
}

export const en = {
  nav,
  common,
  overview,
  categories,
  products,
  pictures,
  groups,
  bulk,
  filters,
  find,
  slips,
  views,
  productPage,
  newProduct,
  fields,
  grid,
  conflict,
  stock,
  board,
  shipping,
  order,
  payment,
  returns,
  tracking,
  buyer,
  customers,
  access,
  checkout,
  log,
  imports,
  settings,
  system,
  webhooks,
  deliveries,
  events,
}

export type AdminTexts = typeof en
