import NIOHTTP1
import Testing

@Suite struct BucketTests {
    @Test func `A bucket made again was made already, in the first region only`() async throws {
        try await withBucket { client in
            try await client.put("/bucket/key", "kept")
            let again = try await client.send(.PUT, "/bucket")
            #expect(again.status == 200)
            #expect(again.header("Location") == "/bucket")
            #expect(try await client.get("/bucket/key").text == "kept")

            let europe =
                "<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint>"
                + "</CreateBucketConfiguration>"
            #expect(try await client.put("/europe", europe).status == 200)
            for body in [europe, ""] {
                let refusal = try await client.put("/europe", body)
                #expect(refusal.status == 409)
                #expect(refusal.code == "BucketAlreadyOwnedByYou")
                #expect(refusal.element("BucketName") == "europe")
            }
            #expect(try await client.put("/bucket", europe).code == "BucketAlreadyOwnedByYou")
        }
    }

    @Test func `A bucket's region is told where AWS tells it`() async throws {
        try await withBucket { client in
            let europe =
                "<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint>"
                + "</CreateBucketConfiguration>"
            try await client.put("/europe", europe)
            #expect(try await client.send(.HEAD, "/europe").header("x-amz-bucket-region") == "eu-central-1")
            #expect(try await client.get("/europe?location").text.contains(">eu-central-1</LocationConstraint>"))
            #expect(try await client.send(.HEAD, "/bucket").header("x-amz-bucket-region") == "us-east-1")
            #expect(try await client.get("/bucket?location").text.contains("LocationConstraint"))
            #expect(try await client.get("/bucket?location").text.contains("us-east-1") == false)
        }
    }
}
