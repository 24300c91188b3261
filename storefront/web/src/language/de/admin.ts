import type { AdminTexts } from '../en/admin.ts'
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

const nav: AdminTexts['nav'] = {
  label: 'Verwaltung',
  overview: 'Übersicht',
  products: 'Produkte',
  categories: 'Kategorien',
  orders: 'Bestellungen',
  returns: 'Rückgaben',
  people: 'Kundschaft',
  import: 'Import',
  log: 'Protokoll',
  checkout: 'Steuern und Versand',
  settings: 'Einstellungen',
  webhooks: 'Webhooks',
  system: 'System',
}

const common: AdminTexts['common'] = {
  shopItself: 'Der Shop selbst',
  price: 'Preis',
  changes: 'Änderungen',
  when: 'Wann',
  by: 'Von',
  readOn: 'Wir konnten nicht weiterlesen',
  asTable: 'Als Tabelle',
  showAll: 'Alle anzeigen',
  empty: 'leer',
  keep: 'Behalten',
}

export const de: AdminTexts = {
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
