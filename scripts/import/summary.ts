/** What a check found, for a terminal. */
import type { Import } from '@shop/product_service/domain/import'

const DELIMITERS = { ',': 'commas', ';': 'semicolons', '\t': 'tabs' } as const
const FORMATS = {
  own: 'our own columns',
  shopify: 'columns of Shopify',
  google: 'columns of Google Merchant',
}

export function summaryOf({ name, sheet, checked }: Import): string {
  const used = sheet?.columns.filter(({ field }) => field !== null) ?? []
  const unused = sheet?.columns.filter(({ field }) => field === null) ?? []
  const counts = [
    [checked.created, 'to create'],
    [checked.changed, 'to change'],
    [checked.unchanged, 'as they are'],
    [checked.stockIn, 'units to add'],
    [checked.stockOut, 'units to remove'],
    [checked.faults, 'faults'],
    [checked.conflicts, 'changed since the export'],
    [checked.warnings, 'warnings'],
  ] as const
  return [
    `${name}: ${checked.rows} rows, separated by ${DELIMITERS[sheet?.delimiter ?? ',']}, ${FORMATS[sheet?.format ?? 'own']}.`,
    ...used.map((column) => `  ${column.name} -> ${column.field}`),
    ...(unused.length > 0 ? [`  not used: ${unused.map((column) => column.name).join(', ')}`] : []),
    counts.map(([count, what]) => `${count} ${what}`).join(', '),
  ].join('\n')
}
