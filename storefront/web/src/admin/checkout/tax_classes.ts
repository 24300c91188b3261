export const RATED_CLASSES = ['standard', 'reduced', 'second_reduced', 'super_reduced'] as const
/** As the services have them (order_service/src/domain/checkout_settings.ts). */
export const TAX_CLASSES = [...RATED_CLASSES, 'zero'] as const
export const SHIPPING_CLASSES = ['as_goods', ...TAX_CLASSES] as const
