import type { queueEn } from './queue.en'

/** 队列中整批任务的用词。 */
export const queueZh: Record<Exclude<keyof typeof queueEn, `${string}_one`>, string> = {
  'batch.pictures_other': '{{count}} 张图片',
  'batch.views_other': '{{count}} 个视角',
  'batch.mixed_other': '{{label}}等，另有 {{count}} 项',
  'batch.state': '{{done}} / {{total}}',
  'batch.failed_other': '{{count}} 个失败',
  'batch.retry_other': '重试 {{count}} 个失败项',
  'batch.cancel': '取消“{{label}}”剩下的任务',
  'batch.open': '显示“{{label}}”的任务',
  'batch.close': '收起“{{label}}”的任务',
  'batch.export': '导出…',
  'batch.progress': '“{{label}}”的进度',
}
