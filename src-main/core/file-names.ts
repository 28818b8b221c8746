/** Files that a job writes beside the protected pictures; pictures of these names are never taken for originals. */
export const CERTIFICATE_NAME = 'fixative-certificate.json'
export const REPORT_NAME = 'fixative-report.html'
