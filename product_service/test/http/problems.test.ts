import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { withViews } from '@shop/service_kit/http/problem_tables'
import { onlyViewsGoOut } from '@shop/service_kit/test_support/problem_views'
import { newGroup } from '../../src/domain/change_group.ts'
import { newProduct } from '../../src/domain/change_product.ts'
import { DomainError, type Payloads } from '../../src/domain/errors.ts'
import { newImport } from '../../src/domain/import.ts'
import { NO_REFERENCES } from '../../src/domain/references.ts'
import { UNCHANGED } from '../../src/domain/shop_settings.ts'
import { PROBLEMS } from '../../src/http/problems.ts'
import { nextId, STAMP } from '../worlds.ts'

const fields = { name: 'Tea', description: 'Green', priceMinor: 300, stock: 10 }
const { product: current } = newProduct(nextId(), fields, STAMP)
const importJob = newImport(nextId(), 'a.csv', STAMP)
const PAYLOADS: Payloads = {
  product_not_found: {},
  version_conflict: { current },
  version_contradiction: {},
  version_required: {},
  insufficient_stock: { current },
  stock_limit_exceeded: { current },
  idempotency_key_reused: {},
  media_not_found: {},
  media_unknown: { picture: 'ab' },
  upload_malformed: {},
  media_format_unsupported: {},
  media_size_refused: {},
  media_animated: {},
  media_unreadable: {},
  media_not_processed: {},
  media_store_unavailable: {},
  sku_taken: { owner: 'x' },
  slug_taken: { owner: 'x' },
  category_unknown: {},
  category_not_found: {},
  category_conflict: {
    current: { id: nextId(), name: 'Tea', slug: 'tea', description: '', path: [], position: 0, version: 1 },
  },
  category_not_empty: {},
  category_below_itself: {},
  category_too_deep: {},
  categories_full: {},
  group_not_found: {},
  group_conflict: { current: newGroup(nextId(), { ...fields, options: [] }, STAMP, NO_REFERENCES) },
  group_is_full: {},
  option_values_invalid: {},
  option_in_use: {},
  variant_exists: { owner: 'x' },
  belongs_to_group: {},
  not_a_draft: {},
  import_not_found: {},
  import_under_way: { current: importJob },
  import_state_conflict: { current: importJob },
  import_has_faults: { current: importJob },
  settings_changed: { current: UNCHANGED },
  settings_refused: { path: '/languages', message: 'must not be empty' },
}

suite('the members of a problem', () => {
  const table = withViews(PROBLEMS, { currency: 'USD', digits: () => 2, hasCategory: () => true })
  for (const [code, payload] of Object.entries(PAYLOADS) as [keyof Payloads, object][]) {
    test(`${code} contains only views`, () => {
      const document = onlyViewsGoOut(new DomainError(code, '', payload as never), table)
      const members = code === 'settings_refused' ? ['errors'] : Object.keys(payload)
      assert.deepEqual(Object.keys(document).slice(7), members)
    })
  }
})
