/** How the columns of a file are understood. */
import { admin } from '../../language/admin_texts.ts'
import { Table, Td, Th } from '../../ui/table.tsx'
import type { Import } from './import_queries.ts'

export function Mapping({ sheet }: { sheet: NonNullable<Import['sheet']> }) {
  return (
    <details className="group">
      <summary className="cursor-pointer py-2 font-semibold">
        {admin.imports.mapping}
        <span className="font-normal text-soft"> – {admin.imports.formats[sheet.format]}</span>
      </summary>
      <Table caption={admin.imports.mapping} className="mt-2 text-sm">
        <thead>
          <tr>
            <Th className="text-start">{admin.imports.column}</Th>
            <Th className="text-start">{admin.imports.readAs}</Th>
          </tr>
        </thead>
        <tbody>
          {sheet.columns.map(({ name, field }, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name, and none moves
            <tr key={i} className="border-t border-line">
              <Td>
                <bdi>{name}</bdi>
              </Td>
              <Td className={field === null ? 'text-soft' : 'font-mono'}>{field ?? admin.imports.notUsed}</Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </details>
  )
}
