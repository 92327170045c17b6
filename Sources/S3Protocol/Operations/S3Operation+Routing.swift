package import NIOHTTP1

extension S3Operation {
    /// Chooses the operation and parses its inputs. Reads no body.
    ///
    /// - Throws: what AWS answers to a request of this form, whatever is stored.
    package init(method: HTTPMethod, target: S3Target, headers: HTTPHeaders) throws(S3Error) {
        throw .notImplemented(operation: "")
    }
}
