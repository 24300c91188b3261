/** Changes of products (domain/change_product.ts), words (domain/search.ts), and limits. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { adjustStock, editProduct, newProduct, removeProduct } from '../../src/domain/change_product.ts'
import {
  createMovement,
  DESCRIPTION_LENGTH_MAX,
  NAME_LENGTH_MAX,
  NOTE_LENGTH_MAX,
  nameKey,
  PRICE_MINOR_MAX,
  type Product,
  type SeenVersions,
  STOCK_MAX,
} from '../../src/domain/product.ts'
import { BATCH_MAX, LINES_MAX, QUANTITY_MAX } from '../../src/domain/reservation.ts'
import { QUERY_LENGTH_MAX, QUERY_WORDS_MAX, searchWords } from '../../src/domain/search.ts'
import { VOCABULARY_MAX } from '../../src/domain/spelling.ts'
import { AUDIT_DOCUMENTS_AT_ONCE } from '../../src/storage/mongo_audit_store.ts'
import { PAGE_TIMEOUT_MS } from '../../src/storage/mongo_pages.ts'
import { SEARCHES_AT_ONCE, SEARCHES_WAITING_MAX } from '../../src/storage/mongo_search.ts'
import { OPENINGS_MAX, STEP_LETTERS_MAX } from '../../src/storage/sqlite_index.ts'
import { OPENING_WAIT_MS, REINDEXED_FIRST, WORDS_WAIT_MS } from '../../src/storage/sqlite_indexer.ts'

const STAMP = { by: 'root', at: '2026-01-01T00:00:00.000Z' }
const LATER = { by: 'root', at: '2026-01-02T00:00:00.000Z' }
const fields = { name: 'Tea', description: 'Green', priceMinor: 300, stock: 10 }
const fresh = newProduct('p', fields, STAMP).product
/** Edited at version 3, sold at 4 and 5. */
const sold: Product = { ...fresh, version: 5, editVersion: 3, stock: 8, reserved: 2 }
const saw = (...versions: number[]): SeenVersions => versions

suite('a new product', () => {
  test('starts at version 1 with the movement of its stock (invariant 2)', () => {
    const { product, movement } = newProduct('p', fields, STAMP)
    assert.deepEqual([product.version, product.editVersion, product.reserved], [1, 1, 0])
    assert.deepEqual(movement, {
      productId: 'p',
      version: 1,
      delta: 10,
      stockAfter: 10,
      reason: 'initial',
      note: null,
      orderId: null,
      ...STAMP,
    })
  })

  test('without stock has no movement', () => {
    assert.equal(newProduct('p', { ...fields, stock: 0 }, STAMP).movement, undefined)
  })
})

suite('editing a product that was edited at 3 and sold at 4 and 5 (invariant 7)', () => {
  const name = { name: 'Coffee' }
  const stock = { stock: 20 }
  const cases: [string, object, SeenVersions, 'applied' | 'version_conflict'][] = [
    ['a name by one who saw the last edit', name, saw(3), 'applied'],
    ['a name by one who saw a sale after it', name, saw(4), 'applied'],
    ['a name by one who saw everything', name, saw(5), 'applied'],
    ['a name by one who missed the edit', name, saw(2), 'version_conflict'],
    ['a name by one who saw the future', name, saw(6), 'version_conflict'],
    ['a description by one who saw everything', { description: 'Black' }, saw(5), 'applied'],
    ['a price by one who saw everything', { priceMinor: 301 }, saw(5), 'applied'],
    ['a description by one who missed the edit', { description: 'Black' }, saw(2), 'version_conflict'],
    ['a stock by one who saw everything', stock, saw(5), 'applied'],
    ['a stock by one who missed a sale', stock, saw(4), 'version_conflict'],
    ['both by one who missed a sale', { ...name, ...stock }, saw(4), 'version_conflict'],
    ['a stock by one who names no version', stock, undefined, 'applied'],
    ['a name by one who may have seen one of two, of which one fits', name, [1, 4], 'applied'],
    ['a name by one who may have seen one of two, of which none fits', name, [1, 2], 'version_conflict'],
    ['a name by one who names a version that never was', name, [], 'version_conflict'],
    ['the same stock by one who missed a sale', { stock: 8 }, saw(4), 'version_conflict'],
  ]
  for (const [what, change, seen, outcome] of cases) {
    test(`${what}: ${outcome}`, () => {
      const edit = () => editProduct(sold, change, seen, LATER)
      if (outcome === 'applied') {
        const { product } = edit()
        assert.deepEqual(product, {
          ...sold,
          ...change,
          version: 6,
          editVersion: 'stock' in change ? 3 : 6,
          updatedAt: LATER.at,
          details: product.details,
        })
        const changes = 'priceMinor' in change ? [{ minor: 300, until: LATER.at }] : []
        assert.deepEqual(product.details, { ...sold.details, prices: { changes, lowestMinor: null } })
      } else assert.throws(edit, { name: 'DomainError', code: outcome, payload: { current: sold } })
    })
  }

  test('an absolute stock is a movement of the difference (invariant 2)', () => {
    const { movement } = editProduct(sold, { stock: 3 }, saw(5), LATER)
    assert.deepEqual(
      [movement?.delta, movement?.stockAfter, movement?.reason, movement?.version],
      [-5, 3, 'edit', 6],
    )
  })

  test('an edit without changes raises no version', () => {
    const { product, movement } = editProduct(sold, { name: 'Tea', stock: 8 }, saw(5), LATER)
    assert.equal(product, sold)
    assert.equal(movement, undefined)
  })

  test('removing follows the rule of an edit', () => {
    assert.deepEqual(removeProduct(sold, saw(4), LATER), {
      ...sold,
      version: 6,
      editVersion: 6,
      updatedAt: LATER.at,
      deletedAt: LATER.at,
    })
    assert.throws(() => removeProduct(sold, saw(2), LATER), { code: 'version_conflict' })
  })
})

suite('adjusting stock', () => {
  test('needs no version and is not an edit', () => {
    const { product, movement } = adjustStock(sold, { delta: -8, note: 'water damage' }, LATER)
    assert.deepEqual([product.stock, product.version, product.editVersion], [0, 6, 3])
    assert.deepEqual([movement.delta, movement.stockAfter, movement.note], [-8, 0, 'water damage'])
  })

  test('never goes below zero (invariant 1), nor above the limit', () => {
    assert.throws(() => adjustStock(sold, { delta: -9, note: 'x' }, LATER), { code: 'insufficient_stock' })
    assert.throws(() => adjustStock(sold, { delta: STOCK_MAX, note: 'x' }, LATER), {
      code: 'stock_limit_exceeded',
    })
    const full = adjustStock(sold, { delta: STOCK_MAX - sold.stock, note: 'x' }, LATER).product
    assert.equal(full.stock, STOCK_MAX)
    const current = (error: { payload: object }) => {
      assert.deepEqual(error.payload, { current: full })
      return true
    }
    assert.throws(() => adjustStock(full, { delta: 1, note: 'x' }, LATER), current)
    assert.throws(() => adjustStock(full, { delta: -STOCK_MAX - 1, note: 'x' }, LATER), current)
  })
})

suite('words', () => {
  const cases: [string, string[]][] = [
    ['Café-Crème 2', ['cafe', 'creme', '2']],
    ['  tea,  TEA & Te\u0301a ', ['tea']],
    ['ﬁne ＷＩＤＥ', ['fine', 'wide']],
    ['İstanbul', ['istanbul']],
    ['Acme™ 𝐇𝐞𝐥𝐥𝐨', ['acmetm', 'hello']],
    ['Straße STRASSE', ['strasse']],
    ['ΟΔΟΣ οδός ΟΔΟΣΑ', ['οδοσ', 'οδοσα']],
    ['緑茶 зелёный', ['緑茶', '茶', 'зеленыи']],
    ['हिन्दी', ['हिन्दी'.normalize('NFC')]],
    ['"*():^-+{}\'\\', []],
    ['', []],
  ]
  for (const [text, words] of cases) {
    test(`of ${JSON.stringify(text)}`, () => assert.deepEqual(searchWords(text), words))
  }

  test('the name key ignores case and accents, and stays short', () => {
    assert.deepEqual([nameKey('Éclair'), nameKey('eCLAIR')], ['eclair', 'eclair'])
    assert.equal(nameKey('ﷺ'.repeat(200)).length, 60)
  })

  test('the limits of forms and stores', () => {
    assert.deepEqual(
      [NAME_LENGTH_MAX, DESCRIPTION_LENGTH_MAX, NOTE_LENGTH_MAX, PRICE_MINOR_MAX, STOCK_MAX],
      [200, 5_000, 200, 100_000_000_000, 1_000_000_000],
    )
    assert.deepEqual([LINES_MAX, QUANTITY_MAX, BATCH_MAX], [50, 10_000, 256])
    assert.deepEqual(
      [WORDS_WAIT_MS, OPENING_WAIT_MS, REINDEXED_FIRST, OPENINGS_MAX, STEP_LETTERS_MAX],
      [2_000, 5_000, 1_000, 100, 50_000],
    )
    assert.deepEqual([QUERY_LENGTH_MAX, QUERY_WORDS_MAX, VOCABULARY_MAX], [100, 10, 100_000])
    assert.deepEqual([SEARCHES_AT_ONCE, SEARCHES_WAITING_MAX, PAGE_TIMEOUT_MS], [8, 16, 2_000])
    assert.equal(AUDIT_DOCUMENTS_AT_ONCE, 20_000)
  })
})

/** The compiler refuses these causes of a movement. Never called. */
export function refusedCauses() {
  // @ts-expect-error a sale has an order
  createMovement(fresh, -1, { reason: 'sale', note: null, orderId: null, by: null })
  // @ts-expect-error a sale has no author
  createMovement(fresh, -1, { reason: 'sale', note: null, orderId: 'o', by: 'root' })
  // @ts-expect-error an adjustment has a note
  createMovement(fresh, 1, { reason: 'adjustment', note: null, orderId: null, by: 'root' })
}
