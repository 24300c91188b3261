import { Link, useNavigate, useParams } from 'react-router'
import { pollEvery } from '../../api/refetch.ts'
import { useAnswer } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatNumber } from '../../language/formats.ts'
import { Ago, Money } from '../../ui/format.tsx'
import { ItemPage } from '../item_page.tsx'
import { Panel, Tile } from '../parts.tsx'
import { anyProductQuery, LIVE_MS } from '../queries.ts'
import { RemoveButton } from '../remove_item.tsx'
import { AdjustStock } from './adjust_stock.tsx'
import { Ledger } from './ledger.tsx'
import { ProductForm } from './product_form.tsx'
import { WhatHappens } from './what_happens.tsx'

export default function ProductPage() {
  const { id = '' } = useParams()
  const navigate = useNavigate()
  return (
    <ItemPage
      answer={useAnswer({ ...anyProductQuery(id), refetchInterval: pollEvery(LIVE_MS), staleTime: 0 })}
      list={{ address: '/admin/products', title: admin.productPage.all }}
      inShop={() => `/products/${id}`}
      notShown={admin.productPage.notShown}
    >
      {(product) => (
        <>
          <dl className="grid grid-cols-2 gap-3 sm:gap-5 lg:grid-cols-4">
            <Tile label={admin.productPage.free} value={formatNumber(product.stock)} />
            <Tile
              label={admin.productPage.reserved}
              value={formatNumber(product.reserved)}
              note={admin.productPage.reservedMore}
            />
            <Tile
              label={admin.common.price}
              value={<Money amount={product.price} currency={product.currency} />}
            />
            <Tile
              label={admin.common.changes}
              value={formatNumber(product.version)}
              note={
                <>
                  <Ago at={product.updated_at} />,{' '}
                  <Link to={`/admin/log?of=${id}`} className="text-accent underline">
                    {admin.productPage.byWhom}
                  </Link>
                </>
              }
            />
          </dl>
          <ProductForm product={product}>
            <Panel title={admin.stock.title}>
              <AdjustStock product={product} />
            </Panel>
          </ProductForm>
          <Ledger product={product} />
          <RemoveButton
            kind="products"
            item={product}
            label={admin.products.remove}
            onRemoved={() =>
              navigate(product.group_id === null ? '/admin/products' : `/admin/groups/${product.group_id}`)
            }
          >
            <WhatHappens product={product} />
          </RemoveButton>
        </>
      )}
    </ItemPage>
  )
}
