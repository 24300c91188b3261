/** The columns of tables of products. On a phone there are three. */
import type { EditedField } from './cell_input.tsx'

export const COLUMN_NAMES = ['name', 'sku', 'price', 'stock', 'reserved', 'status', 'changed'] as const
export type ColumnName = (typeof COLUMN_NAMES)[number]

export type Column = {
  readonly name: ColumnName
  /** What is edited in it. */
  readonly field?: EditedField
  readonly numeric?: boolean
  readonly width: string
  readonly cell: string
}

const WIDE = 'hidden sm:table-cell'
const COLUMNS: Readonly<Record<ColumnName, Omit<Column, 'name'>>> = {
  name: { field: 'name', width: '', cell: '' },
  sku: { field: 'sku', width: 'hidden w-36 sm:table-column', cell: WIDE },
  price: { field: 'price', numeric: true, width: 'w-22 sm:w-32', cell: '' },
  stock: { field: 'stock', numeric: true, width: 'w-16 sm:w-28', cell: '' },
  reserved: { numeric: true, width: 'hidden w-28 sm:table-column', cell: WIDE },
  status: { width: 'hidden w-32 sm:table-column', cell: WIDE },
  changed: { width: 'hidden w-36 sm:table-column', cell: WIDE },
}

/** Those that cannot be left out. */
const FIXED: readonly ColumnName[] = ['name', 'price', 'stock']
export const OPTIONAL_COLUMNS = COLUMN_NAMES.filter((name) => !FIXED.includes(name))
export const DEFAULT_COLUMNS: readonly ColumnName[] = ['reserved', 'status']

/** In their order, with those that cannot be left out. */
export const columnsOf = (chosen: readonly ColumnName[]): readonly Column[] =>
  COLUMN_NAMES.filter((name) => FIXED.includes(name) || chosen.includes(name)).map((name) => ({
    name,
    ...COLUMNS[name],
  }))
