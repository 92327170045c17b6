/// Requests as botocore 1.43 makes them: request line, then headers. Parted by empty lines.
enum BotocoreRequests {
    static let accessKeyID = "AKIDEXAMPLE"
    static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    static let sessionToken = "FwoGZXIvYXdzEXAMPLE//token+with/slashes=="
    static let time = "20261122T113448Z"

    static let texts = #"""
        PUT /bucket/a%20b/%2B%3D%26%3F%23%252F~%21%2A%27%28%29/%C3%A9%E1%BC%B31/%24%40%3A%3B%2C
        Host:127.0.0.1:9000
        Content-Type:text/plain; charset=utf-8
        x-amz-meta-ic_client:x  y
        x-amz-meta-two:  padded
        x-amz-checksum-crc32:NhCmhg==
        x-amz-sdk-checksum-algorithm:CRC32
        X-Amz-Date:20261122T113448Z
        X-Amz-Content-SHA256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824
        Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-central-1/s3/aws4_request, SignedHeade\#
        rs=content-type;host;x-amz-checksum-crc32;x-amz-content-sha256;x-amz-date;x-amz-meta-ic_client;x-amz-met\#
        a-two;x-amz-sdk-checksum-algorithm, Signature=d8b9b1a13aa4fa667a0b04a439bda1e208e0d4134a429f6210306dd450\#
        15827d
        Content-Length:5

        GET /bucket/a%20b/%2B%3D%26%3F%23%252F~%21%2A%27%28%29/%C3%A9%E1%BC%B31/%24%40%3A%3B%2C?versionId=null&r\#
        esponse-content-type=text%2Fplain%3B%20a%3D%22b%20c%22
        Host:127.0.0.1:9000
        Range:bytes=0-1
        x-amz-checksum-mode:ENABLED
        X-Amz-Date:20261122T113448Z
        X-Amz-Content-SHA256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
        Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-central-1/s3/aws4_request, SignedHeade\#
        rs=host;range;x-amz-checksum-mode;x-amz-content-sha256;x-amz-date, Signature=64e59ea88f0ca5d62b87e4db326\#
        b61caa530752731efab31764cde090c6771eb

        GET /bucket?list-type=2&prefix=p%20%2F%2B%26%3D%3F~%C3%A9%2A%27&delimiter=%2F&start-after=%252F&encoding\#
        -type=url
        Host:127.0.0.1:9000
        X-Amz-Date:20261122T113448Z
        X-Amz-Content-SHA256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
        Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-central-1/s3/aws4_request, SignedHeade\#
        rs=host;x-amz-content-sha256;x-amz-date, Signature=160b40061a968888a40e6d7d27b7d3177c914d2721fe0a889d607\#
        96b614bbdc1

        POST /bucket?delete
        Host:127.0.0.1:9000
        x-amz-checksum-crc32:2dGkzA==
        x-amz-sdk-checksum-algorithm:CRC32
        X-Amz-Date:20261122T113448Z
        X-Amz-Content-SHA256:63431156e1bc0af740f40e32294e50be777d9d3cf4d5b219279f53b83d11d5bf
        Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-central-1/s3/aws4_request, SignedHeade\#
        rs=host;x-amz-checksum-crc32;x-amz-content-sha256;x-amz-date;x-amz-sdk-checksum-algorithm, Signature=75d\#
        79a3716bc1052ea864a9775e10310f3598def481738c1f91b32e6f690b66a
        Content-Length:94

        GET /bucket?acl
        Host:127.0.0.1:9000
        X-Amz-Date:20261122T113448Z
        X-Amz-Content-SHA256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
        Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-central-1/s3/aws4_request, SignedHeade\#
        rs=host;x-amz-content-sha256;x-amz-date, Signature=3944a4b70b641617adee67339322a548e8feaf1d5c31b350a7a96\#
        dcac1547053

        POST /bucket///double//slash/./../x?uploads
        Host:127.0.0.1:9000
        X-Amz-Date:20261122T113448Z
        X-Amz-Content-SHA256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
        Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-central-1/s3/aws4_request, SignedHeade\#
        rs=host;x-amz-content-sha256;x-amz-date, Signature=13014f824f67e748dc931a5a2fb078840389e7992d205f0dd2d92\#
        8edceee2e16
        Content-Length:0

        PUT /bucket/dst
        Host:127.0.0.1:9000
        x-amz-copy-source:b/a%20b/%2B%3D%26%3F%23%252F~%21%2A%27%28%29/%C3%A9%E1%BC%B31/%24%40%3A%3B%2C
        X-Amz-Date:20261122T113448Z
        X-Amz-Content-SHA256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
        Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-central-1/s3/aws4_request, SignedHeade\#
        rs=host;x-amz-content-sha256;x-amz-copy-source;x-amz-date, Signature=1c2ff6195b0e22e217819a1d0619f77602c\#
        63727b39f8b5fd8187a43aa836435
        Content-Length:0

        PUT /bucket/k
        Host:s3.example.com
        Transfer-Encoding:chunked
        Content-Encoding:aws-chunked
        X-Amz-Trailer:x-amz-checksum-crc32
        X-Amz-Decoded-Content-Length:5
        x-amz-sdk-checksum-algorithm:CRC32
        X-Amz-Date:20261122T113448Z
        X-Amz-Security-Token:FwoGZXIvYXdzEXAMPLE//token+with/slashes==
        X-Amz-Content-SHA256:STREAMING-UNSIGNED-PAYLOAD-TRAILER
        Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-central-1/s3/aws4_request, SignedHeade\#
        rs=content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-sdk-checksum\#
        -algorithm;x-amz-security-token;x-amz-trailer, Signature=26273d8373c58556a5260981ceec2e45e8eea6892468c37\#
        c2474ccfb8d0efc24

        GET /
        Host:s3.example.com
        X-Amz-Date:20261122T113448Z
        X-Amz-Security-Token:FwoGZXIvYXdzEXAMPLE//token+with/slashes==
        X-Amz-Content-SHA256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
        Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-central-1/s3/aws4_request, SignedHeade\#
        rs=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=e80b71812a10461c38e7c9e2201ee8aa\#
        1e0261d844daa6619a96accdd2e09cdc

        GET /bucket/a%20b/%2B%3D%26%3F%23%252F~%21%2A%27%28%29/%C3%A9%E1%BC%B31/%24%40%3A%3B%2C?response-content\#
        -disposition=attachment%3B%20filename%3D%22a%20b.txt%22&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credentia\#
        l=AKIDEXAMPLE%2F20261122%2Feu-central-1%2Fs3%2Faws4_request&X-Amz-Date=20261122T113448Z&X-Amz-Expires=60\#
        0&X-Amz-SignedHeaders=host&X-Amz-Signature=d90ba7929fe3e09dc7abae59eb2a571d705e49661e39c899ec420eb124293\#
        8e3
        host:127.0.0.1:9000

        PUT /bucket/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261122%2Feu-central-1%2F\#
        s3%2Faws4_request&X-Amz-Date=20261122T113448Z&X-Amz-Expires=600&X-Amz-SignedHeaders=content-type%3Bhost%\#
        3Bx-amz-meta-m&X-Amz-Signature=bf2a896a8de515bce325cea5ae59c8a4aa6ba4d6f1106e8c1c4c7c0aea89fe09
        host:127.0.0.1:9000
        x-amz-meta-m:n
        content-type:a/b

        GET /bucket/a%20b/%2B%3D%26%3F%23%252F~%21%2A%27%28%29/%C3%A9%E1%BC%B31/%24%40%3A%3B%2C?response-content\#
        -disposition=attachment%3B%20filename%3D%22a%20b.txt%22&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credentia\#
        l=AKIDEXAMPLE%2F20261122%2Feu-central-1%2Fs3%2Faws4_request&X-Amz-Date=20261122T113448Z&X-Amz-Expires=60\#
        0&X-Amz-SignedHeaders=host&X-Amz-Security-Token=FwoGZXIvYXdzEXAMPLE%2F%2Ftoken%2Bwith%2Fslashes%3D%3D&X-\#
        Amz-Signature=2e8ef8c99573493446d42aef0e89885ef3f9c5d2fc1e7fb8c64c25cea2f33f09
        host:s3.example.com

        PUT /bucket/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261122%2Feu-central-1%2F\#
        s3%2Faws4_request&X-Amz-Date=20261122T113448Z&X-Amz-Expires=600&X-Amz-SignedHeaders=content-type%3Bhost%\#
        3Bx-amz-meta-m&X-Amz-Security-Token=FwoGZXIvYXdzEXAMPLE%2F%2Ftoken%2Bwith%2Fslashes%3D%3D&X-Amz-Signatur\#
        e=e20bbe7c9dabfb73a1943606a6be73eed85decf777548c1580cdffc665febf4d
        host:s3.example.com
        x-amz-meta-m:n
        content-type:a/b
        """#
}
