/** The words for a batch that the queue shows as one. */
export const queueEn = {
  'batch.pictures_one': 'One picture',
  'batch.pictures_other': '{{count}} pictures',
  'batch.views_one': 'One view',
  'batch.views_other': '{{count}} views',
  'batch.mixed_one': '{{label}} and one more',
  'batch.mixed_other': '{{label}} and {{count}} more',
  'batch.state': '{{done}} of {{total}}',
  'batch.failed_one': 'One failed',
  'batch.failed_other': '{{count}} failed',
  'batch.retry_one': 'Retry the failed one',
  'batch.retry_other': 'Retry {{count}} failed',
  'batch.cancel': 'Cancel what is left of {{label}}',
  'batch.open': 'Show the jobs of {{label}}',
  'batch.close': 'Hide the jobs of {{label}}',
  'batch.export': 'Export…',
  'batch.progress': 'Progress of {{label}}',
} as const
